import type { Pool } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import { wireTypes } from '../db/wire-types.ts';
import { groupBy } from '../lib/group-by.ts';
import { MESSAGE_COLUMNS, type MessageRow, type ToMessage } from '../messages/message-row.ts';
import type { WebhookConversation, WebhookEvent } from './webhook-event.ts';
import type { WebhookJob } from './webhook-job.ts';

/**
 * What each is to say, as things are now. Left out are those that have nothing to say any more: what was unread has been read, or the
 * conversation was removed. One statement for all of a type.
 */
export type ReadEvents = (
  jobs: readonly WebhookJob[],
) => Promise<ReadonlyMap<WebhookJob, WebhookEvent>>;

type JobOf<T extends WebhookJob['type']> = Extract<WebhookJob, { readonly type: T }>;
type Found = readonly [job: WebhookJob, event: WebhookEvent];

/** Messages in a `message.unread`. */
const MAX_UNREAD = 10;

export function createReadEvents(pool: Pool, toMessage: ToMessage): ReadEvents {
  const ask = async <Row extends [n: number, ...unknown[]]>(
    name: string,
    text: string,
    ...ids: readonly (readonly string[])[]
  ): Promise<Row[]> => {
    const values = ids.map((some) => uuidArray(some));
    const { rows } = await pool.query<Row>({
      name,
      text,
      values,
      rowMode: 'array',
      types: wireTypes,
    });
    return rows;
  };

  const messagesCreated = async (jobs: readonly JobOf<'message.created'>[]): Promise<Found[]> => {
    const rows = await ask<[n: number, ...ConversationColumns, ...MessageRow]>(
      'webhook_messages',
      MESSAGES,
      jobs.map(({ conversationId }) => conversationId),
      jobs.map(({ messageId }) => messageId),
    );
    return rows.flatMap(([n, id, listingId, buyerId, sellerId, ...columns]): Found[] => {
      const job = jobs[n - 1];
      if (job === undefined) return [];
      const message = toMessage(id, columns);
      const data = {
        conversation: { id, listingId, buyerId, sellerId },
        message,
        recipientId: message.senderId === buyerId ? sellerId : buyerId,
      };
      return [[job, { type: job.type, timestamp: message.createdAt, data }]];
    });
  };

  const conversationsCreated = async (
    jobs: readonly JobOf<'conversation.created'>[],
  ): Promise<Found[]> => {
    const rows = await ask<[n: number, ...ConversationColumns, createdAt: string]>(
      'webhook_conversations',
      CONVERSATIONS,
      jobs.map(({ conversationId }) => conversationId),
    );
    return rows.flatMap(([n, id, listingId, buyerId, sellerId, createdAt]): Found[] => {
      const job = jobs[n - 1];
      if (job === undefined) return [];
      const data = { conversation: { id, listingId, buyerId, sellerId, createdAt } };
      return [[job, { type: job.type, timestamp: createdAt, data }]];
    });
  };

  const messagesUnread = async (jobs: readonly JobOf<'message.unread'>[]): Promise<Found[]> => {
    const rows = await ask<UnreadRow>(
      'webhook_unread',
      UNREAD,
      jobs.map(({ conversationId }) => conversationId),
      jobs.map(({ userId }) => userId),
    );
    return [...groupBy(rows, ([n]) => n)].flatMap(([n, some]): Found[] => {
      const [job, first] = [jobs[n - 1], some[0]];
      if (job === undefined || first === undefined) return [];
      const [, id, listingId, buyerId, sellerId, unreadCount, since, muted] = first;
      const conversation: WebhookConversation = { id, listingId, buyerId, sellerId };
      const messages = some.map(([, , , , , , , , ...columns]) => toMessage(id, columns));
      const { userId } = job;
      const data = { conversation, userId, unreadCount, since, muted, messages };
      return [[job, { type: job.type, timestamp: job.at, data }]];
    });
  };

  return async (jobs) => {
    const of = <T extends WebhookJob['type']>(type: T): JobOf<T>[] =>
      jobs.filter((job): job is JobOf<T> => job.type === type);
    const found = await Promise.all([
      unlessEmpty(of('message.created'), messagesCreated),
      unlessEmpty(of('conversation.created'), conversationsCreated),
      unlessEmpty(of('message.unread'), messagesUnread),
    ]);
    return new Map(found.flat());
  };
}

const unlessEmpty = async <J>(
  jobs: readonly J[],
  read: (some: readonly J[]) => Promise<Found[]>,
): Promise<Found[]> => (jobs.length === 0 ? [] : read(jobs));

type ConversationColumns = [id: string, listingId: number, buyerId: string, sellerId: string];
const CONVERSATION_COLUMNS = 'c.id, c.listing_id, c.buyer_id, c.seller_id';

type UnreadRow = [
  n: number,
  ...ConversationColumns,
  unreadCount: number,
  since: string,
  muted: boolean,
  ...MessageRow,
];

/** Laterals with a LIMIT are look-ups by their key, whatever a plan that is kept thinks of the tables' sizes. */
const CONVERSATION = `
CROSS JOIN LATERAL (SELECT * FROM conversations WHERE id = i.conversation_id LIMIT 1) c`;

const MESSAGES = `
SELECT i.n::integer, ${CONVERSATION_COLUMNS}, ${MESSAGE_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS i(conversation_id, id, n)
CROSS JOIN LATERAL (
  SELECT * FROM messages WHERE conversation_id = i.conversation_id AND id = i.id LIMIT 1
) m ${CONVERSATION}`;

const CONVERSATIONS = `
SELECT i.n::integer, ${CONVERSATION_COLUMNS}, c.created_at
FROM unnest($1::uuid[]) WITH ORDINALITY AS i(conversation_id, n) ${CONVERSATION}`;

const unread = (order: string, limit: number): string => `
CROSS JOIN LATERAL (
  SELECT * FROM messages
  WHERE conversation_id = c.id AND sender_id <> i.user_id AND deleted_at IS NULL
    AND seq > CASE WHEN i.user_id = c.buyer_id THEN c.buyer_read_seq ELSE c.seller_read_seq END
  ORDER BY seq ${order} LIMIT ${limit}
)`;

const UNREAD = `
SELECT i.n::integer, ${CONVERSATION_COLUMNS},
  CASE WHEN i.user_id = c.buyer_id THEN c.seller_sent - c.buyer_read ELSE c.buyer_sent - c.seller_read END,
  first.created_at, coalesce(n.muted_until > now(), false), ${MESSAGE_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS i(conversation_id, user_id, n) ${CONVERSATION}
${unread('ASC', 1)} first
${unread('DESC', MAX_UNREAD)} m
LEFT JOIN LATERAL (
  SELECT muted_until FROM notices WHERE conversation_id = c.id AND user_id = i.user_id LIMIT 1
) n ON true
ORDER BY i.n, m.seq`;
