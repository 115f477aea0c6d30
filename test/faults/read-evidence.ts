import { type User, rest } from '../support/client.ts';
import { query } from '../support/query.ts';
import type { ConversationEvidence, HistoryEntry, LoggedChange, Version } from './evidence.ts';

export interface Chat {
  readonly id: string;
  readonly buyer: User;
  readonly seller: User;
}

type OfConversation<T> = T & { readonly conversationId: string };

/**
 * What became of the conversations, in the tables and over REST.
 *
 * @param pickUrl a node to ask
 */
export async function readConversations(
  databaseUrl: string,
  chats: readonly Chat[],
  pickUrl: () => string,
): Promise<ConversationEvidence[]> {
  const changes = await query<OfConversation<LoggedChange> & { emoji: string | null }>(
    databaseUrl,
    CHANGES,
  );
  const versions = await query<OfConversation<Version>>(databaseUrl, VERSIONS);
  const found: ConversationEvidence[] = [];
  for (const chat of chats) {
    const isOfThis = ({ conversationId }: OfConversation<object>) => conversationId === chat.id;
    found.push({
      ...(await readOverRest(chat, pickUrl)),
      changes: changes
        .filter(isOfThis)
        .map(({ emoji, ...change }) => (emoji === null ? change : { ...change, emoji })),
      versions: versions.filter(isOfThis),
    });
  }
  return found;
}

const CHANGES = `
SELECT conversation_id AS "conversationId", seq, extract(epoch FROM created_at)::float8 * 1000 AS at,
  CASE kind WHEN 'send' THEN 'new_message' WHEN 'read' THEN 'read_receipt' WHEN 'edit' THEN 'message_edited'
    WHEN 'delete' THEN 'message_deleted' WHEN 'react' THEN 'reaction_added' WHEN 'unreact' THEN 'reaction_removed' END AS type,
  message_id AS "messageId", user_id AS "userId", emoji
FROM (
  SELECT conversation_id, seq, created_at, 'send' AS kind, id AS message_id, sender_id AS user_id, NULL AS emoji FROM messages
  UNION ALL SELECT conversation_id, seq, created_at, kind, message_id, user_id, emoji FROM changes
) c ORDER BY seq`;

const VERSIONS = `
SELECT conversation_id AS "conversationId", seq, message_id AS "messageId", content, reason FROM message_versions`;

/** As both parties' clients would read it. */
async function readOverRest(
  { id, buyer, seller }: Chat,
  pickUrl: () => string,
): Promise<Omit<ConversationEvidence, 'changes' | 'versions'>> {
  const url = pickUrl();
  const path = `/api/conversations/${id}`;
  const asBuyer = await rest(url, buyer, 'GET', path);
  const asSeller = await rest(url, seller, 'GET', path);
  const history: HistoryEntry[] = [];
  for (let before = ''; ;) {
    const page = await rest(url, buyer, 'GET', `${path}/messages?limit=100${before}`);
    history.push(...(page.body.messages as HistoryEntry[]));
    if (page.body.nextCursor === null) break;
    before = `&before=${page.body.nextCursor}`;
  }
  return {
    id,
    buyerId: buyer.id,
    sellerId: seller.id,
    history,
    seq: asBuyer.body.seq,
    unread: { buyer: asBuyer.body.unreadCount, seller: asSeller.body.unreadCount },
    lastMessage: { buyer: asBuyer.body.lastMessage, seller: asSeller.body.lastMessage },
  };
}
