import { and, asc, gte } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import type { Conversation } from '../protocol/resources.ts';
import { isParty, selectConversations, toConversation } from './view.ts';

/** A user's conversations that were created since then, oldest first, as the user sees them. */
export type ReadCreatedSince = (
  userId: string,
  since: Date,
  limit: number,
) => Promise<Conversation[]>;

export function createReadCreatedSince(database: Database): ReadCreatedSince {
  return async (userId, since, limit) => {
    const rows = await selectConversations(
      database,
      and(isParty(userId), gte(conversations.createdAt, since)),
    )
      .orderBy(asc(conversations.createdAt))
      .limit(limit);
    return rows.map((row) => toConversation(row, userId));
  };
}
