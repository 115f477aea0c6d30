import type { PoolClient } from 'pg';
import type { Jobs } from '../jobs/jobs.ts';
import type { Scan } from '../jobs/scan.ts';
import type { WebhookJob } from './webhook-job.ts';

export interface WebhookScansParts {
  readonly jobs: Pick<Jobs, 'add'>;
}

/** A conversation's time may be a little older than its transaction is known by, unlike a message's. In milliseconds. */
const CONVERSATIONS_DELAY_MS = 2_000;

/** An event of each message, and of each conversation. */
export const webhookScans = ({ jobs }: WebhookScansParts): Scan[] => {
  const add = (tx: PoolClient, items: readonly WebhookJob[]): Promise<void> =>
    jobs.add(tx, 'webhook', items);
  return [
    {
      name: 'webhook',
      delayMs: 0,
      async add(tx, from, until) {
        const { rows } = await tx.query<[conversationId: string, messageId: string]>({
          name: 'webhook_messages_since',
          text: MESSAGES,
          rowMode: 'array',
          values: [from, until],
        });
        await add(
          tx,
          rows.map(([conversationId, messageId]) => ({
            type: 'message.created',
            conversationId,
            messageId,
          })),
        );
      },
    },
    {
      name: 'webhook_conversations',
      delayMs: CONVERSATIONS_DELAY_MS,
      async add(tx, from, until) {
        const { rows } = await tx.query<[conversationId: string]>({
          name: 'webhook_conversations_since',
          text: CONVERSATIONS,
          rowMode: 'array',
          values: [from, until],
        });
        await add(
          tx,
          rows.map(([conversationId]) => ({ type: 'conversation.created', conversationId })),
        );
      },
    },
  ];
};

/** In the order in which they should come, as far as nothing fails. */
const MESSAGES = `
SELECT conversation_id, id FROM messages WHERE created_at >= $1 AND created_at < $2
ORDER BY created_at, conversation_id, seq`;

const CONVERSATIONS = `
SELECT id FROM conversations WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at`;
