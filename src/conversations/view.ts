import { type SQL, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { conversations, type messages } from '../db/schema.ts';
import { newestMessage, toHistoryMessage } from '../messages/history.ts';
import type { Conversation } from '../protocol/resources.ts';

interface Row {
  readonly conversation: typeof conversations.$inferSelect;
  readonly newest: typeof messages.$inferSelect | null;
}

/** When something last happened in a conversation, to the millisecond: what lists are sorted by. */
export const lastActivity = sql`date_trunc('milliseconds', coalesce(${conversations.lastMessageAt}, ${conversations.createdAt}))`;

/** Conversations with their newest message; the caller adds the conditions. */
export function selectConversations(database: Database, where: SQL | undefined) {
  const newest = newestMessage(database, conversations.id);
  return database.orm
    .select({ conversation: getTableColumns(conversations), newest: newest._.selectedFields })
    .from(conversations)
    .leftJoinLateral(newest, sql`true`)
    .where(where)
    .$dynamic();
}

export const isParty = (userId: string): SQL =>
  sql`(${eq(conversations.buyerId, userId)} OR ${eq(conversations.sellerId, userId)})`;

/** As `viewerId`, one of its parties, sees it. */
export function toConversation({ conversation: row, newest }: Row, viewerId: string): Conversation {
  return {
    id: row.id,
    listingId: row.listingId,
    buyerId: row.buyerId,
    sellerId: row.sellerId,
    lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    lastMessage: newest === null ? null : toHistoryMessage(newest),
    unreadCount:
      viewerId === row.buyerId ? row.sellerSent - row.buyerRead : row.buyerSent - row.sellerRead,
    seq: row.seq,
  };
}
