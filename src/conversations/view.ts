import { type SQL, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { conversations, messages } from '../db/schema.ts';
import { toHistoryMessage } from '../messages/history.ts';
import type { Conversation } from '../protocol/resources.ts';

interface Row {
  readonly conversation: typeof conversations.$inferSelect;
  readonly newest: typeof messages.$inferSelect | null;
}

/** Conversations with their newest message; the caller adds the conditions. */
export function selectConversations(database: Database, where: SQL | undefined) {
  const newest = database.orm
    .select()
    .from(messages)
    .where(eq(messages.conversationId, conversations.id))
    .orderBy(desc(messages.seq))
    .limit(1)
    .as('newest_message');
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
