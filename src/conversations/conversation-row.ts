import {
  MESSAGE_COLUMNS,
  type MessageRow,
  type NoMessageRow,
  type ToMessage,
} from '../messages/message-row.ts';
import { now } from '../messages/frames.ts';
import type { Conversation, Mute } from '../protocol/resources.ts';

/** What {@link toConversation} takes of a conversation `c` with {@link CONVERSATION_JOINS}. `$1` is who sees it, one of its parties. */
export const CONVERSATION_COLUMNS = `
c.id, c.listing_id, c.buyer_id, c.seller_id, c.last_message_at, c.created_at,
CASE WHEN c.buyer_id = $1 THEN c.seller_sent - c.buyer_read ELSE c.buyer_sent - c.seller_read END,
c.seq, n.muted_until > now(), nullif(n.muted_until, 'infinity'), u.last_seen_at, u.hides_presence, ${MESSAGE_COLUMNS}`;

/** What is looked up for each conversation in front of it: only those of the page may be there. One look into an index for each, whatever the plan was made for. */
export const CONVERSATION_JOINS = `
LEFT JOIN LATERAL (
  SELECT muted_until FROM notices WHERE conversation_id = c.id AND user_id = $1 OFFSET 0
) n ON true
LEFT JOIN LATERAL (
  SELECT last_seen_at, hides_presence FROM users
  WHERE id = CASE WHEN c.buyer_id = $1 THEN c.seller_id ELSE c.buyer_id END OFFSET 0
) u ON true
LEFT JOIN LATERAL (
  SELECT * FROM messages WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 1
) m ON true`;

/** Whether somebody is shown as online, on whichever node. */
export type IsOnline = (userId: string) => boolean;

/** What the tables do not have of a conversation. */
export interface Showing {
  readonly toMessage: ToMessage;
  readonly isOnline: IsOnline;
}

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
  isMuted: boolean | null,
  mutedUntil: string | null,
  lastSeenAt: string | null,
  hidesPresence: boolean | null,
  ...newest: MessageRow | NoMessageRow,
];

/** @param userId who sees it */
export function toConversation(
  row: ConversationRow,
  userId: string,
  { toMessage, isOnline }: Showing,
): Conversation {
  const [id, listingId, buyerId, sellerId, lastMessageAt, createdAt, unreadCount, seq, ...more] =
    row;
  const [isMuted, mutedUntil, lastSeenAt, hidesPresence, ...newest] = more;
  const isHidden = hidesPresence === true;
  const online = !isHidden && isOnline(userId === buyerId ? sellerId : buyerId);
  const offlineSince = isHidden ? null : lastSeenAt;
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
    presence: { online, lastSeenAt: online ? now() : offlineSince },
    ...(isMuted === true && { muted: { until: mutedUntil } satisfies Mute }),
  };
}
