import type { Scan } from '../jobs/scan.ts';
import type { WebhookJob } from './webhook-job.ts';

/** A conversation's time may be a little older than its transaction is known by, unlike a message's. In milliseconds. */
const CONVERSATIONS_DELAY_MS = 2_000;

/** An event of each message, and of each conversation. */
export const webhookScans: readonly Scan[] = [
  {
    name: 'webhook',
    delayMs: 0,
    queue: 'webhook',
    async find(tx, from, until) {
      const { rows } = await tx.query<[conversationId: string, messageId: string]>({
        name: 'webhook_messages_since',
        text: MESSAGES,
        rowMode: 'array',
        values: [from, until],
      });
      return rows.map(([conversationId, messageId]): WebhookJob => ({
        type: 'message.created',
        conversationId,
        messageId,
      }));
    },
  },
  {
    name: 'webhook_conversations',
    delayMs: CONVERSATIONS_DELAY_MS,
    queue: 'webhook',
    async find(tx, from, until) {
      const { rows } = await tx.query<[conversationId: string]>({
        name: 'webhook_conversations_since',
        text: CONVERSATIONS,
        rowMode: 'array',
        values: [from, until],
      });
      return rows.map(([conversationId]): WebhookJob => ({
        type: 'conversation.created',
        conversationId,
      }));
    },
  },
];

/** In the order in which they should come, as far as nothing fails. */
const MESSAGES = `
SELECT conversation_id, id FROM messages WHERE created_at >= $1 AND created_at < $2
ORDER BY created_at, conversation_id, seq`;

const CONVERSATIONS = `
SELECT id FROM conversations WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at`;
