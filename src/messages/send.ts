import type { Pool } from 'pg';
import { type Bus, conversationChannel } from '../bus/bus.ts';
import { encodeChange, encodeTrace } from '../bus/envelope.ts';
import type { StoredAttachment } from '../db/schema.ts';
import type { Span } from '../lib/tracing.ts';
import {
  ProtocolError,
  clientMessageIdConflict,
  conflict,
  invalidMessage,
  notAuthorized,
} from '../protocol/errors.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import { newMessageFrame, toTimestamp } from './frames.ts';
import type { ToMessage } from './message-row.ts';
import { type Repeat, readOriginals } from './originals.ts';
import {
  SEND,
  SEND_FILES,
  type SendOutcome,
  type SendRow,
  type SendStatement,
} from './send-statement.ts';
import type { WriteKind } from './write-kind.ts';
import type { Writer } from './writer.ts';

export interface SendInput {
  readonly conversationId: string;
  readonly senderId: string;
  readonly content: string;
  readonly clientMessageId: string | undefined;
  /** Uploaded by the sender for this conversation; the content may be empty with them. */
  readonly attachmentIds?: readonly string[] | undefined;
  /** The caller's W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** Set when this send is traced. */
  readonly span?: Span | undefined;
}

export interface Sent {
  readonly message: HistoryMessage;
  /** True when this `clientMessageId` had been stored before: `message` is the original, as it is now. */
  readonly repeated: boolean;
}

/** Resolves after COMMIT. Rejects with `not_authorized`, `conflict` or `unavailable`. */
export type SendMessage = (input: SendInput) => Promise<Sent>;

export interface SendObserver {
  /** A message has been committed and will be published next; called for one of each batch. */
  committed(conversationId: string, seq: number): void;
}

/**
 * Looks at attachments that are uploaded, so that they can be sent. Rejects with a {@link ProtocolError}: what is wrong with
 * one of them.
 */
export type FinishAttachments = (
  conversationId: string,
  uploaderId: string,
  ids: readonly string[],
) => Promise<unknown>;

export function createSendMessage(
  writer: Writer,
  bus: Bus,
  toMessage: ToMessage,
  finish: FinishAttachments,
  observer: SendObserver,
): SendMessage {
  const kind = (name: string, statement: SendStatement, key: SendKey): SendKind => ({
    name,
    key,
    async run(pool, inputs) {
      const startedAt = performance.now();
      const attributes = { 'parley.batch.rows': inputs.length };
      const results = await store(pool, statement, inputs, toMessage);
      // The last one: all before it are published first.
      const last = results.at(-1);
      if (last !== undefined && !(last instanceof ProtocolError))
        observer.committed(inputs.at(-1)?.conversationId ?? '', last.message.seq);
      inputs.forEach(({ conversationId, span }, i) => {
        const sent = results[i];
        if (sent === undefined || sent instanceof ProtocolError) return;
        span?.child('parley.commit', { startedAt, attributes }).end();
        publishMessage(bus, conversationId, sent.message, span);
      });
      return results;
    },
  });
  const sending = kind('send', SEND, ({ conversationId, senderId, clientMessageId }) =>
    clientMessageId === undefined ? undefined : `${conversationId}${senderId}${clientMessageId}`,
  );
  // The later one must see which files the earlier one has taken.
  const sendingFiles = kind(
    'send_files',
    SEND_FILES,
    ({ conversationId, senderId }) => conversationId + senderId,
  );
  return (input) => {
    const { conversationId, senderId, attachmentIds } = input;
    if (attachmentIds === undefined) return writer.submit(sending, input);
    const submit = (): Promise<Sent> =>
      writer.submit(sendingFiles, input).catch((error: unknown) => {
        if (!(error instanceof Used) || input.clientMessageId === undefined) throw error;
        return writer.submit(sendingFiles, input);
      });
    return submit().catch(async (error: unknown) => {
      if (!(error instanceof Unfinished)) throw error;
      await finish(conversationId, senderId, attachmentIds);
      return submit();
    });
  };
}

/** Nobody has looked at an attachment yet: sent again after that it may be good. */
class Unfinished extends ProtocolError {
  constructor() {
    super('conflict', 'attachmentIds must be of files that are uploaded');
  }
}

/**
 * With a key it may be a retry that had to wait for its original: the files are seen as that one left them, and the message
 * is not. A second statement sees both.
 */
class Used extends ProtocolError {
  constructor() {
    super('conflict', 'attachmentIds must be of files that were not sent before');
  }
}

const REFUSALS: Readonly<Record<Exclude<SendOutcome, 'stored' | 'repeated'>, () => ProtocolError>> =
  {
    conflict: clientMessageIdConflict,
    foreign: () =>
      invalidMessage('attachmentIds must be your own attachments of this conversation'),
    used: () => new Used(),
    refused: () => conflict('attachmentIds must not be of files that were refused'),
    unfinished: () => new Unfinished(),
  };

type SendKind = WriteKind<SendInput, Sent>;
type SendKey = SendKind['key'];

/** A repeat too: the node that stored it may have died before it could publish. Hubs drop what they had. */
export function publishMessage(
  bus: Bus,
  conversationId: string,
  message: HistoryMessage,
  span?: Span,
): void {
  const channel = conversationChannel(conversationId);
  const frame = newMessageFrame(conversationId, message);
  const publishing = span?.child('parley.publish', { kind: 'producer' });
  if (publishing !== undefined)
    bus.publish(channel, encodeTrace(message.seq, publishing.traceparent));
  bus.publish(channel, encodeChange(message.seq, frame));
  publishing?.end();
}

async function store(
  pool: Pool,
  { name, text, values }: SendStatement,
  inputs: readonly SendInput[],
  toMessage: ToMessage,
): Promise<readonly (Sent | ProtocolError)[]> {
  const { rows } = await pool.query<SendRow>({
    name,
    text,
    rowMode: 'array',
    values: values(inputs),
  });
  const results = inputs.map((): Sent | ProtocolError | undefined => undefined);
  const repeats: Repeat[] = [];
  for (const [n, id, seq, createdMs, outcome, attachments] of rows) {
    const input = inputs[n - 1];
    if (input === undefined) continue;
    if (outcome === 'repeated') repeats.push({ n, conversationId: input.conversationId, id });
    else if (outcome === 'stored') {
      const message = toSent(input, id, seq, createdMs, attachments, toMessage);
      results[n - 1] = { repeated: false, message };
    } else results[n - 1] = REFUSALS[outcome]();
  }
  for (const [n, sent] of await readOriginals(pool, repeats, toMessage)) results[n - 1] = sent;
  return results.map((result) => result ?? notAuthorized());
}

function toSent(
  { conversationId, senderId, content, clientMessageId }: SendInput,
  id: string,
  seq: number,
  createdMs: number,
  attachments: readonly StoredAttachment[] | null | undefined,
  toMessage: ToMessage,
): HistoryMessage {
  const createdAt = toTimestamp(wholeMs(createdMs));
  if (attachments) {
    const key = clientMessageId ?? null;
    const later = [null, null, null, attachments] as const;
    return toMessage(conversationId, [id, senderId, content, null, createdAt, seq, key, ...later]);
  }
  // The way of nearly every message.
  const message: HistoryMessage = { id, senderId, content, createdAt, readAt: null, seq };
  if (clientMessageId !== undefined) message.clientMessageId = clientMessageId;
  return message;
}

/** Microseconds are cut off, as everywhere; what float8 loses of a time is less than one. */
const wholeMs = (ms: number): number => Math.floor(ms + 0.0005);
