import { and, eq } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import { notAuthorized } from '../protocol/errors.ts';
import type { Conversation } from '../protocol/resources.ts';
import { isParty, selectConversations, toConversation } from './view.ts';

/** Rejects with `not_authorized` when the user is no party, or there is no such conversation. */
export type GetConversation = (id: string, userId: string) => Promise<Conversation>;

export function createGetConversation(database: Database): GetConversation {
  return async (id, userId) => {
    const [row] = await selectConversations(
      database,
      and(eq(conversations.id, id), isParty(userId)),
    );
    if (row === undefined) throw notAuthorized();
    return toConversation(row, userId);
  };
}
