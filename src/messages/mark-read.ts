import type { Pool } from 'pg';
import { type Bus, conversationChannel } from '../bus/bus.ts';
import { encodeChange } from '../bus/envelope.ts';
import { uuidArray } from '../db/arrays.ts';
import { ProtocolError, invalidMessage, notAuthorized } from '../protocol/errors.ts';
import { readReceiptFrame } from './frames.ts';
import type { WriteKind } from './write-kind.ts';
import type { Writer } from './writer.ts';

export interface MarkReadInput {
  readonly conversationId: string;
  readonly readerId: string;
  /** A message of the other party: it and every earlier one of theirs is read. */
  readonly messageId: string;
}

export interface Marked {
  /** The receipt's change number; `undefined` when all of it had been read before. */
  readonly seq: number | undefined;
  /** How many messages of the other party the reader has not read now. */
  readonly unreadCount: number;
}

/**
 * Never moves backwards; a repeat changes nothing. Rejects with `not_authorized`, with `invalid_message` when the message
 * is the reader's own or of another conversation, or with `unavailable`.
 */
export type MarkRead = (input: MarkReadInput) => Promise<Marked>;

export function createMarkRead(writer: Writer, bus: Bus): MarkRead {
  const marking: WriteKind<MarkReadInput, Marked> = {
    name: 'read',
    key: ({ conversationId, readerId }) => conversationId + readerId,
    async run(pool, inputs) {
      const results = await mark(pool, inputs);
      inputs.forEach(({ conversationId, readerId: userId, messageId }, i) => {
        const marked = results[i];
        if (marked === undefined || marked instanceof ProtocolError || marked.seq === undefined)
          return;
        const frame = readReceiptFrame({ conversationId, userId, messageId, seq: marked.seq });
        bus.publish(conversationChannel(conversationId), encodeChange(marked.seq, frame));
      });
      return results;
    },
  };
  return (input) => writer.submit(marking, input);
}

interface Row {
  readonly n: number;
  readonly target: number | null;
  readonly own: boolean | null;
  readonly seq: number | null;
  readonly unread: number;
}

async function mark(
  pool: Pool,
  inputs: readonly MarkReadInput[],
): Promise<readonly (Marked | ProtocolError)[]> {
  const { rows } = await pool.query<Row>({
    name: 'read',
    text: MARK_READ,
    values: [
      uuidArray(inputs.map((input) => input.conversationId)),
      uuidArray(inputs.map((input) => input.readerId)),
      uuidArray(inputs.map((input) => input.messageId)),
    ],
  });
  const results = inputs.map((): Marked | ProtocolError | undefined => undefined);
  for (const row of rows) results[row.n - 1] = toResult(row);
  return results.map((result) => result ?? notAuthorized());
}

function toResult(row: Row): Marked | ProtocolError {
  if (row.target === null)
    return invalidMessage('messageId must be a message of this conversation');
  if (row.own) return invalidMessage('messageId must be a message of the other party');
  return { seq: row.seq ?? undefined, unreadCount: row.unread };
}

/**
 * One batch, locked as in `send.ts`. The key above makes sure that a reader stands at most once in it for a conversation,
 * so two rows of one conversation are the two parties and touch different counters.
 */
const MARK_READ = `
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS i(conversation_id, reader_id, message_id, n)
), locked AS MATERIALIZED (
  SELECT * FROM conversations WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
), asked AS (
  SELECT i.*, c.seq AS base, c.changed_at, i.reader_id = c.buyer_id AS by_buyer,
    CASE WHEN i.reader_id = c.buyer_id THEN c.buyer_read_seq ELSE c.seller_read_seq END AS read_seq,
    CASE WHEN i.reader_id = c.buyer_id THEN c.seller_sent - c.buyer_read ELSE c.buyer_sent - c.seller_read END
      AS unread,
    m.seq AS target, m.sender_id = i.reader_id AS own
  FROM input i
  JOIN locked c ON c.id = i.conversation_id AND i.reader_id IN (c.buyer_id, c.seller_id)
  LEFT JOIN messages m ON m.conversation_id = i.conversation_id AND m.id = i.message_id
), fresh AS (
  SELECT *, (base + row_number() OVER (PARTITION BY conversation_id ORDER BY n))::integer AS seq,
    greatest(date_trunc('milliseconds', clock_timestamp()), changed_at) AS at
  FROM asked WHERE NOT own AND target > read_seq
), marked AS (
  UPDATE messages m SET read_at = f.at FROM fresh f
  WHERE m.conversation_id = f.conversation_id AND m.sender_id <> f.reader_id
    AND m.seq > f.read_seq AND m.seq <= f.target
  RETURNING f.n, m.deleted_at
), totals AS (
  -- Whoever deletes an unread one has taken it out of what was sent.
  SELECT n, count(*) FILTER (WHERE deleted_at IS NULL)::integer AS newly FROM marked GROUP BY n
), logged AS (
  INSERT INTO changes (conversation_id, seq, kind, user_id, message_id, created_at)
  SELECT conversation_id, seq, 'read', reader_id, message_id, at FROM fresh
), counted AS (
  UPDATE conversations c
  SET seq = f.last, changed_at = f.at,
    buyer_read = c.buyer_read + f.buyer_newly, seller_read = c.seller_read + f.seller_newly,
    buyer_read_seq = greatest(c.buyer_read_seq, f.buyer_target),
    seller_read_seq = greatest(c.seller_read_seq, f.seller_target)
  FROM (
    SELECT conversation_id, max(seq) AS last, max(at) AS at,
      coalesce(sum(newly) FILTER (WHERE by_buyer), 0) AS buyer_newly,
      coalesce(sum(newly) FILTER (WHERE NOT by_buyer), 0) AS seller_newly,
      max(target) FILTER (WHERE by_buyer) AS buyer_target,
      max(target) FILTER (WHERE NOT by_buyer) AS seller_target
    FROM fresh JOIN totals USING (n) GROUP BY conversation_id
  ) f
  WHERE c.id = f.conversation_id
)
SELECT a.n::integer, a.target, a.own, f.seq, a.unread - coalesce(t.newly, 0) AS unread
FROM asked a LEFT JOIN fresh f USING (n) LEFT JOIN totals t USING (n)`;
