import type { Counter, Histogram, Registry } from 'prom-client';
import type { FinishOutcome } from '../attachments/finish.ts';
import { Meter } from '../lib/metrics.ts';
import type { LimitName } from '../limits/limits.ts';
import type { WriteRefusal } from '../messages/writer.ts';
import type { ClientMessageType } from '../protocol/client-messages.ts';
import type { ErrorCode } from '../protocol/errors.ts';

import type { CloseReason } from '../transport/close-reason.ts';
import type { UpgradeRefusal } from '../transport/upgrade.ts';
import type { NotifierObserver } from '../notifier.ts';
import { addNotifierMetrics } from './notifier.ts';
import { type State, addStateMetrics } from './state.ts';

/** docs/observability.md says what each means. Names are kept: alerts and dashboards stand on them. */
export interface Metrics {
  readonly registry: Registry;
  readonly batchRows: Histogram<'kind'>;
  readonly batchSeconds: Histogram<'kind'>;
  readonly commitSeconds: Histogram<'kind'>;
  readonly deliverySeconds: Histogram;
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly written: Counter<'kind'>;
  readonly repaired: Counter;
  readonly resumes: Counter<'complete'>;
  readonly gaps: Counter;
  readonly opened: Counter;
  readonly unserved: Counter;
  readonly writesFailed: Record<WriteRefusal, number>;
  readonly closed: Record<CloseReason, number>;
  readonly upgradesRefused: Record<UpgradeRefusal, number>;
  readonly framesReceived: Record<ClientMessageType, number>;
  readonly framesRefused: Record<ErrorCode, number>;
  readonly limited: Record<LimitName, number>;
  readonly streamedBytes: Record<'received' | 'sent', number>;
  readonly finished: Record<FinishOutcome, number>;
  readonly swept: Counter;
  /** `undefined` on a node that does not work on notifications. */
  readonly notifierObserver: NotifierObserver | undefined;
}

/** From a frame in a batch of one to what an overloaded PostgreSQL takes before a write is refused, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** Between two nodes a message takes a few milliseconds; found by the sweep it takes up to 10 s. */
const DELIVERY_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 15];

export function createMetrics(state: State): Metrics {
  const meter = new Meter();
  addStateMetrics(meter, state);
  return {
    registry: meter.registry,
    ...socketMetrics(meter),
    ...writeMetrics(meter),
    ...attachmentMetrics(meter),
    notifierObserver: state.backlog && addNotifierMetrics(meter, state.backlog),
    gaps: meter.counter(
      'parley_bus_gaps_total',
      'Times Redis may have lost messages, after which all that is served is compared with PostgreSQL.',
    ),
    limited: meter.tally<LimitName>(
      'parley_limited_total',
      'What went over a limit, repeats of stored messages included, which are answered all the same.',
      'limit',
      [
        'messages',
        'frames',
        'sockets',
        'openings',
        'handshakes',
        'connections',
        'requests',
        'anonymous_requests',
        'new_conversations',
        'new_files',
      ],
    ),
    requestSeconds: meter.histogram(
      'parley_http_request_duration_seconds',
      'From the head of a REST request to its answer, by route and class of the status.',
      [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      'method',
      'route',
      'status',
    ),
  };
}

const socketMetrics = (meter: Meter) => ({
  opened: meter.counter('parley_connections_opened_total', 'Sockets that were accepted.'),
  unserved: meter.counter(
    'parley_connections_unserved_total',
    'Accepted sockets that were closed with 1012 because PostgreSQL or Redis failed while they connected.',
  ),
  closed: meter.tally<CloseReason>(
    'parley_connections_closed_total',
    'Sockets that ended, by who or what ended them.',
    'reason',
    [
      'peer',
      'lost',
      'too_slow',
      'restarting',
      'unauthenticated',
      'bad_frames',
      'too_big',
      'too_many',
    ],
  ),
  upgradesRefused: meter.tally<UpgradeRefusal>(
    'parley_upgrades_refused_total',
    'Sockets that were refused before the upgrade, by reason.',
    'reason',
    ['unauthenticated', 'forbidden_origin', 'rate_limited', 'draining', 'unavailable'],
  ),
  framesReceived: meter.tally<ClientMessageType>(
    'parley_frames_received_total',
    'Valid frames of clients, by type.',
    'type',
    [
      'send_message',
      'typing',
      'mark_read',
      'edit_message',
      'delete_message',
      'add_reaction',
      'remove_reaction',
      'authenticate',
      'ping',
    ],
  ),
  framesRefused: meter.tally<ErrorCode>(
    'parley_frames_refused_total',
    'Frames that were answered with an error, by its code.',
    'code',
    [
      'not_authorized',
      'invalid_message',
      'message_too_large',
      'unknown_type',
      'conflict',
      'rate_limited',
      'unavailable',
    ],
  ),
  resumes: meter.counter(
    'parley_resumes_total',
    'Sockets that came with a cursor; complete says whether all they missed was replayed.',
    'complete',
  ),
  repaired: meter.counter(
    'parley_repaired_changes_total',
    'Changes the bus did not bring, or not in time, and that were read from PostgreSQL.',
  ),
  deliverySeconds: meter.histogram(
    'parley_delivery_duration_seconds',
    "From a message's COMMIT here until it had come back over the bus and been handed to the sockets here; one message of each batch.",
    DELIVERY_SECONDS,
  ),
});

const attachmentMetrics = (meter: Meter) => ({
  streamedBytes: meter.tally<'received' | 'sent'>(
    'parley_attachment_bytes_total',
    'Bytes of files that passed through this node, broken off ones included.',
    'direction',
    ['received', 'sent'],
  ),
  finished: meter.tally<FinishOutcome>(
    'parley_attachments_finished_total',
    'Files that were looked at after their upload, by what came of it.',
    'outcome',
    ['ready', 'refused', 'harmful', 'unavailable'],
  ),
  swept: meter.counter(
    'parley_attachments_swept_objects_total',
    'Objects that were cleaned up: never sent, left over, or deleted long ago.',
  ),
});

const writeMetrics = (meter: Meter) => ({
  written: meter.counter(
    'parley_writes_total',
    'Changes that went through the writer, refused ones included.',
    'kind',
  ),
  writesFailed: meter.tally<WriteRefusal>(
    'parley_writes_failed_total',
    'Changes answered with unavailable: the queue was full, they waited too long, or their batch failed.',
    'reason',
    ['full', 'expired', 'failed'],
  ),
  batchRows: meter.histogram(
    'parley_batch_rows',
    'Changes in one batch.',
    [1, 4, 16, 64, 256, 1_000],
    'kind',
  ),
  batchSeconds: meter.histogram(
    'parley_batch_duration_seconds',
    'From sending a batch to PostgreSQL until its COMMIT.',
    SECONDS,
    'kind',
  ),
  commitSeconds: meter.histogram(
    'parley_commit_duration_seconds',
    'From submitting a change until its COMMIT, of the one that waited longest in each batch.',
    SECONDS,
    'kind',
  ),
});
