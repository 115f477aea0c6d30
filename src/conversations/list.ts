import { z } from 'zod';
import type { Read } from '../db/replica.ts';
import { wireTypes } from '../db/wire-types.ts';
import { invalidMessage } from '../protocol/errors.ts';
import type { ConversationPage, ListQuery } from '../protocol/rest.ts';
import { timestamp, uuid } from '../protocol/values.ts';
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  CONVERSATION_JOINS,
  type Showing,
  toConversation,
} from './conversation-row.ts';

/** One page of a user's conversations, newest activity first. Rejects with `invalid_message` for a bad cursor. */
export type ListConversations = (userId: string, query: ListQuery) => Promise<ConversationPage>;

export function createListConversations(read: Read, showing: Showing): ListConversations {
  return async (userId, { limit, cursor }) => {
    const [at, id] = cursor === undefined ? BEGINNING : decodeCursor(cursor);
    const { rows } = await read((db) =>
      db.query<ConversationRow>({
        name: 'list',
        text: LIST,
        rowMode: 'array',
        types: wireTypes,
        // One more than asked for says whether there is a next page.
        values: [userId, at, id, limit + 1],
      }),
    );
    const conversations = rows.slice(0, limit).map((row) => toConversation(row, userId, showing));
    const last = rows.length > limit ? conversations.at(-1) : undefined;
    return {
      conversations,
      nextCursor:
        last === undefined ? null : encodeCursor([last.lastMessageAt ?? last.createdAt, last.id]),
    };
  };
}

/**
 * When something last happened in a conversation, to the millisecond, which is what cursors have. (`date_trunc` takes
 * several times as long, and a user may have ten thousand.)
 */
const ACTIVE_AT = `date_bin('1 millisecond', coalesce(last_message_at, created_at), '2000-01-01Z')`;

/**
 * There is no index to read a page from, since every message would have to change it: all of the user's conversations are
 * read and the first `$4` kept. Of these alone the newest message is looked up.
 */
const LIST = `
SELECT ${CONVERSATION_COLUMNS}
FROM (
  SELECT *, ${ACTIVE_AT} AS active_at FROM conversations
  WHERE (buyer_id = $1 OR seller_id = $1) AND (${ACTIVE_AT}, id) < ($2::timestamptz, $3::uuid)
  ORDER BY active_at DESC, id DESC LIMIT $4
) c ${CONVERSATION_JOINS}
ORDER BY c.active_at DESC, c.id DESC`;

// PostgreSQL knows no year 0.
const position = z.tuple([timestamp.refine((text) => !text.startsWith('0000')), uuid]);
type Position = z.infer<typeof position>;

/** Before all conversations. */
const BEGINNING: Position = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

const encodeCursor = (value: Position): string =>
  Buffer.from(value.join(' ')).toString('base64url');

function decodeCursor(cursor: string): Position {
  const result = position.safeParse(Buffer.from(cursor, 'base64url').toString('latin1').split(' '));
  if (!result.success) throw invalidMessage('cursor must be a nextCursor of this list');
  return result.data;
}
