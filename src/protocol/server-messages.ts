import { z } from 'zod';
import { conversation, wireMessage } from './resources.ts';
import { clientMessageId, lastSeenAt, seq, timestamp, uuid } from './values.ts';

const cursor = z.string().meta({
  description: 'Opaque. `GET /ws?cursor=…` replays what came after it.',
});

const reaction = {
  conversationId: uuid,
  messageId: uuid,
  userId: uuid,
  emoji: z.string(),
  seq,
  timestamp,
};

/** What a server may send. */
export const serverMessages = {
  connected: z.object({
    type: z.literal('connected'),
    userId: uuid,
    connectionId: uuid,
    cursor,
    timestamp,
  }),
  resumed: z.object({
    type: z.literal('resumed'),
    complete: z.boolean().meta({
      description: 'False: too much was missed, or the cursor is unknown. Fetch over REST.',
    }),
    cursor,
    timestamp,
  }),
  new_message: z.object({
    type: z.literal('new_message'),
    conversationId: uuid,
    message: wireMessage,
    seq,
    timestamp,
  }),
  message_ack: z.object({
    type: z.literal('message_ack'),
    clientMessageId,
    conversationId: uuid,
    message: wireMessage,
    seq,
    timestamp,
  }),
  typing_notify: z.object({
    type: z.literal('typing_notify'),
    conversationId: uuid,
    userId: uuid,
    timestamp,
  }),
  read_receipt: z.object({
    type: z.literal('read_receipt'),
    conversationId: uuid,
    userId: uuid,
    messageId: uuid,
    seq,
    timestamp,
  }),
  message_edited: z.object({
    type: z.literal('message_edited'),
    conversationId: uuid,
    message: wireMessage,
    seq,
    timestamp,
  }),
  message_deleted: z.object({
    type: z.literal('message_deleted'),
    conversationId: uuid,
    messageId: uuid,
    message: wireMessage.meta({ description: 'What is left of it.' }),
    seq,
    timestamp,
  }),
  reaction_added: z.object({ type: z.literal('reaction_added'), ...reaction }),
  reaction_removed: z.object({ type: z.literal('reaction_removed'), ...reaction }),
  conversation_created: z.object({
    type: z.literal('conversation_created'),
    conversation,
    timestamp,
  }),
  presence: z.object({
    type: z.literal('presence'),
    userId: uuid,
    online: z.boolean(),
    lastSeenAt,
    timestamp,
  }),
  pong: z.object({
    type: z.literal('pong'),
    cursor,
    timestamp,
  }),
  error: z.object({
    type: z.literal('error'),
    error: z.string(),
    code: z.enum([
      'not_authorized',
      'invalid_message',
      'message_too_large',
      'unknown_type',
      'conflict',
      'rate_limited',
      'unavailable',
    ]),
    request: z.string().optional().meta({ description: 'The type of the refused frame.' }),
    conversationId: uuid.optional(),
    clientMessageId: clientMessageId.optional(),
    messageId: uuid.optional(),
    retryAfterMs: z.int().positive().optional(),
    timestamp,
  }),
} as const;

export type ServerMessage = z.infer<(typeof serverMessages)[keyof typeof serverMessages]>;
