import type { Pool } from 'pg';
import { type Bus, conversationChannel } from '../bus/bus.ts';
import { encodeChange, encodeTrace } from '../bus/envelope.ts';
import { textArray, uuidArray, uuidArrayOf } from '../db/arrays.ts';
import type { Span } from '../lib/tracing.ts';
import { ProtocolError, clientMessageIdConflict, notAuthorized } from '../protocol/errors.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import { newMessageFrame, toTimestamp } from './frames.ts';
import { writeMessageId } from './message-id.ts';
import type { WriteKind } from './write-kind.ts';
import type { Writer } from './writer.ts';

export interface SendInput {
  readonly conversationId: string;
  readonly senderId: string;
  readonly content: string;
  readonly clientMessageId: string | undefined;
  /** The caller's W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** Set when this send is traced. */
  readonly span?: Span | undefined;
}

export interface Sent {
  readonly message: HistoryMessage;
  /** True when this `clientMessageId` had been stored before: `message` is the original. */
  readonly repeated: boolean;
}

/** Resolves after COMMIT. Rejects with `not_authorized`, `conflict` or `unavailable`. */
export type SendMessage = (input: SendInput) => Promise<Sent>;

export interface SendObserver {
  /** A message has been committed and will be published next; called for one of each batch. */
  committed(conversationId: string, seq: number): void;
}

export function createSendMessage(writer: Writer, bus: Bus, observer: SendObserver): SendMessage {
  const sending: WriteKind<SendInput, Sent> = {
    name: 'send',
    key: ({ conversationId, senderId, clientMessageId }) =>
      clientMessageId === undefined ? undefined : `${conversationId}${senderId}${clientMessageId}`,
    async run(pool, inputs) {
      const startedAt = performance.now();
      const attributes = { 'parley.batch.rows': inputs.length };
      const results = await store(pool, inputs);
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
  };
  return (input) => writer.submit(sending, input);
}

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

/** What {@link SEND} answers of each input, in the order of its columns. */
export type SendRow = [
  n: number,
  id: string,
  seq: number,
  createdMs: number,
  readMs: number | null,
  outcome: 'stored' | 'repeated' | 'conflict',
];

async function store(
  pool: Pool,
  inputs: readonly SendInput[],
): Promise<readonly (Sent | ProtocolError)[]> {
  const now = Date.now();
  const { rows } = await pool.query<SendRow>({
    name: 'send',
    text: SEND,
    rowMode: 'array',
    values: [
      uuidArray(inputs.map((input) => input.conversationId)),
      uuidArray(inputs.map((input) => input.senderId)),
      uuidArrayOf(inputs.length, (bytes, at) => writeMessageId(bytes, at, now)),
      textArray(inputs.map((input) => input.content)),
      textArray(inputs.map((input) => input.clientMessageId)),
    ],
  });
  const results = inputs.map((): Sent | ProtocolError | undefined => undefined);
  for (const row of rows) {
    const input = inputs[row[0] - 1];
    if (input !== undefined)
      results[row[0] - 1] = row[5] === 'conflict' ? clientMessageIdConflict() : toSent(input, row);
  }
  return results.map((result) => result ?? notAuthorized());
}

export function toSent(input: SendInput, [, id, seq, createdMs, readMs, outcome]: SendRow): Sent {
  return {
    repeated: outcome === 'repeated',
    message: {
      id,
      senderId: input.senderId,
      content: input.content,
      createdAt: toTimestamp(wholeMs(createdMs)),
      readAt: readMs === null ? null : toTimestamp(wholeMs(readMs)),
      seq,
      ...(input.clientMessageId === undefined ? {} : { clientMessageId: input.clientMessageId }),
    },
  };
}

/** Microseconds are cut off, as everywhere; what float8 loses of a time is less than one. */
const wholeMs = (ms: number): number => Math.floor(ms + 0.0005);

/**
 * One batch. `locked` takes the conversations' rows in id order, so that batches of different nodes can't deadlock, and
 * sees their newest version even when it had to wait for it (PostgreSQL manual, "Read Committed Isolation Level").
 * `known` sees only what was committed when the statement began: a retry that races with its original ends in a unique
 * violation, and the writer runs the batch again. A row without an answer was not allowed.
 */
const SEND = `
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
    WITH ORDINALITY AS i(conversation_id, sender_id, id, content, client_message_id, n)
), locked AS MATERIALIZED (
  SELECT id, buyer_id, seller_id, seq, changed_at FROM conversations
  WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
), allowed AS (
  SELECT i.*, c.seq AS base, c.changed_at, i.sender_id = c.buyer_id AS by_buyer
  FROM input i JOIN locked c ON c.id = i.conversation_id AND i.sender_id IN (c.buyer_id, c.seller_id)
), known AS (
  SELECT a.n, m.id, m.seq, m.created_at, m.read_at, m.content = a.content AS same
  FROM allowed a JOIN messages m USING (conversation_id, sender_id, client_message_id)
), fresh AS (
  SELECT a.*,
    (base + row_number() OVER (PARTITION BY conversation_id ORDER BY n))::integer AS seq,
    greatest(date_trunc('milliseconds', clock_timestamp()), changed_at) AS created_at
  FROM allowed a WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = a.n)
), inserted AS (
  INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq, client_message_id)
  SELECT id, conversation_id, sender_id, content, created_at, seq, client_message_id FROM fresh
), counted AS (
  UPDATE conversations c
  SET seq = f.last, last_message_at = f.at, changed_at = f.at,
    buyer_sent = c.buyer_sent + f.by_buyer, seller_sent = c.seller_sent + f.by_seller
  FROM (
    SELECT conversation_id, max(seq) AS last, max(created_at) AS at,
      count(*) FILTER (WHERE by_buyer) AS by_buyer, count(*) FILTER (WHERE NOT by_buyer) AS by_seller
    FROM fresh GROUP BY conversation_id
  ) f
  WHERE c.id = f.conversation_id
)
SELECT n::integer, id, seq, date_part('epoch', created_at) * 1000, NULL::float8, 'stored'
FROM fresh
UNION ALL
SELECT n::integer, id, seq, date_part('epoch', created_at) * 1000, date_part('epoch', read_at) * 1000,
  CASE WHEN same THEN 'repeated' ELSE 'conflict' END
FROM known`;
