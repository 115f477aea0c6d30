import type { Queryable, Read } from '../db/replica.ts';
import { wireTypes } from '../db/wire-types.ts';
import { invalidMessage, notAuthorized } from '../protocol/errors.ts';
import type { HistoryQuery, MessagePage, Position } from '../protocol/rest.ts';
import {
  MESSAGE_COLUMNS,
  type MessageRow,
  type NoMessageRow,
  type ToMessage,
} from './message-row.ts';

/**
 * One page, newest first: the newest of all, the newest before `before`, or those that follow right after `after`. Rejects
 * with `not_authorized` when the reader is no party, or there is no such conversation, and with `invalid_message` for the
 * id of a message that is not here.
 */
export type ReadHistory = (
  conversationId: string,
  readerId: string,
  query: HistoryQuery,
) => Promise<MessagePage>;

export function createReadHistory(read: Read, toMessage: ToMessage): ReadHistory {
  return (conversationId, readerId, { before, after, limit }) =>
    read(async (db) => {
      const seq = async (field: string, position: Position | undefined, none: number) =>
        position === undefined ? none : seqOf(db, conversationId, readerId, field, position);
      const upper = await seq('before', before, NO_UPPER_BOUND);
      const lower = await seq('after', after, 0);
      const forwards = after !== undefined && before === undefined;
      const { rows } = await db.query<MessageRow | NoMessageRow>({
        ...(forwards ? FORWARDS : BACKWARDS),
        rowMode: 'array',
        types: wireTypes,
        // One more than asked for says whether there is a next page.
        values: [conversationId, readerId, lower, upper, limit + 1],
      });
      if (rows[0] === undefined) throw notAuthorized();
      const page = rows
        .slice(0, limit)
        .flatMap((row) => (row[0] === null ? [] : [toMessage(conversationId, row)]));
      const last = rows.length > limit ? page.at(-1) : undefined;
      if (forwards) page.reverse();
      return { messages: page, nextCursor: last === undefined ? null : String(last.seq) };
    });
}

/** One more than the largest seq: a bigint. */
const NO_UPPER_BOUND = 2_147_483_648;

async function seqOf(
  db: Queryable,
  conversationId: string,
  readerId: string,
  field: string,
  position: Position,
): Promise<number> {
  if (typeof position === 'number') return position;
  const { rows } = await db.query<[seq: number | null]>({
    name: 'history_position',
    text: POSITION,
    rowMode: 'array',
    values: [conversationId, readerId, position],
  });
  if (rows[0] === undefined) throw notAuthorized();
  if (rows[0][0] === null)
    throw invalidMessage(`${field} must be a seq or the id of a message of this conversation`);
  return rows[0][0];
}

/** No row when the reader may not read; one without a message when there is none. */
const inOrder = (direction: 'ASC' | 'DESC'): string => `
SELECT ${MESSAGE_COLUMNS}
FROM conversations c LEFT JOIN LATERAL (
  SELECT * FROM messages
  WHERE conversation_id = c.id AND seq > $3::integer AND seq < $4::bigint
  ORDER BY seq ${direction} LIMIT $5
) m ON true
WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id)
ORDER BY m.seq ${direction}`;

// Prepared once for each connection.
const BACKWARDS = { name: 'history', text: inOrder('DESC') };
const FORWARDS = { name: 'history_after', text: inOrder('ASC') };

const POSITION = `
SELECT m.seq
FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id AND m.id = $3
WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id)`;
