import { type SQL, and, desc, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import { invalidMessage } from '../protocol/errors.ts';
import type { ConversationPage, ListQuery } from '../protocol/rest.ts';
import { timestamp, uuid } from '../protocol/values.ts';
import { isParty, lastActivity, selectConversations, toConversation } from './view.ts';

/** One page of a user's conversations, newest activity first. Rejects with `invalid_message` for a bad cursor. */
export type ListConversations = (userId: string, query: ListQuery) => Promise<ConversationPage>;

export function createListConversations(database: Database): ListConversations {
  return async (userId, { limit, cursor }) => {
    const after: SQL | undefined = cursor === undefined ? undefined : isAfter(decodeCursor(cursor));
    const rows = await selectConversations(database, and(isParty(userId), after))
      .orderBy(desc(lastActivity), desc(conversations.id))
      .limit(limit + 1);
    const page = rows.slice(0, limit).map((row) => toConversation(row, userId));
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      conversations: page,
      nextCursor:
        last === undefined ? null : encodeCursor([last.lastMessageAt ?? last.createdAt, last.id]),
    };
  };
}

// PostgreSQL knows no year 0.
const position = z.tuple([timestamp.refine((text) => !text.startsWith('0000')), uuid]);
type Position = z.infer<typeof position>;

const isAfter = ([at, id]: Position): SQL =>
  sql`(${lastActivity}, ${conversations.id}) < (${at}::timestamptz, ${id}::uuid)`;

const encodeCursor = (value: Position): string =>
  Buffer.from(value.join(' ')).toString('base64url');

function decodeCursor(cursor: string): Position {
  const result = position.safeParse(Buffer.from(cursor, 'base64url').toString('latin1').split(' '));
  if (!result.success) throw invalidMessage('cursor must be a nextCursor of this list');
  return result.data;
}
