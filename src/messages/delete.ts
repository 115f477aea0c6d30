import { type MessageChange, notOwn } from './change-message.ts';
import { messageDeletedFrame } from './frames.ts';
import { keepVersion } from './versions.ts';

/** Leaves a tombstone. One that was not read counts no more, neither as sent nor as unread. */
export const deleting: MessageChange = {
  kind: 'delete',
  verdict: `CASE
    WHEN sender_id <> user_id THEN 'foreign'
    WHEN deleted_at IS NOT NULL THEN 'same'
    ELSE 'made' END`,
  refusals: { foreign: notOwn },
  set: `content = '', edited_at = NULL, deleted_at = f.at, reactions = NULL, attachments = NULL`,
  also: `${keepVersion('delete')}, unlinked AS (
  UPDATE attachments t SET deleted_at = f.at FROM fresh f
  WHERE f.attachments IS NOT NULL AND t.conversation_id = f.conversation_id AND t.message_id = f.id
)`,
  count: ', buyer_sent = c.buyer_sent - f.by_buyer, seller_sent = c.seller_sent - f.by_seller',
  totals: `,
      count(*) FILTER (WHERE read_at IS NULL AND user_id = buyer_id) AS by_buyer,
      count(*) FILTER (WHERE read_at IS NULL AND user_id <> buyer_id) AS by_seller`,
  frame: ({ conversationId }, message, seq) =>
    messageDeletedFrame({ conversationId, message, seq }),
};
