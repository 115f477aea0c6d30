import {
  MESSAGE_COLUMNS,
  type MessageRow,
  type NoMessageRow,
  type ToMessage,
} from '../messages/message-row.ts';
import type { Conversation } from '../protocol/resources.ts';

/** What {@link toConversation} takes of a conversation `c` with {@link NEWEST_MESSAGE}. `$1` is who sees it, one of its parties. */
export const CONVERSATION_COLUMNS = `
c.id, c.listing_id, c.buyer_id, c.seller_id, c.last_message_at, c.created_at,
CASE WHEN c.buyer_id = $1 THEN c.seller_sent - c.buyer_read ELSE c.buyer_sent - c.seller_read END,
c.seq, ${MESSAGE_COLUMNS}`;

/** Reads a message for each conversation in front of it: only those of the page may be there. */
export const NEWEST_MESSAGE = `
LEFT JOIN LATERAL (
  SELECT * FROM messages WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 1
) m ON true`;

/** Times as text, by `wireTypes`. */
export type ConversationRow = [
  id: string,
  listingId: number,
  buyerId: string,
  sellerId: string,
  lastMessageAt: string | null,
  createdAt: string,
  unreadCount: number,
  seq: number,
  ...newest: MessageRow | NoMessageRow,
];

export function toConversation(row: ConversationRow, toMessage: ToMessage): Conversation {
  const [id, listingId, buyerId, sellerId, lastMessageAt, createdAt, unreadCount, seq, ...newest] =
    row;
  return {
    id,
    listingId,
    buyerId,
    sellerId,
    lastMessageAt,
    createdAt,
    lastMessage: newest[0] === null ? null : toMessage(id, newest),
    unreadCount,
    seq,
  };
}
