import { z } from 'zod';
import { content, emoji, messageFields, saysSomething, uuid } from './values.ts';

/** What a client may send. Unknown fields are ignored. How to add a message type: CONTRIBUTING.md. */
export const clientMessages = {
  send_message: z
    .object({ type: z.literal('send_message'), conversationId: uuid, ...messageFields })
    .check(saysSomething),
  typing: z.object({
    type: z.literal('typing'),
    conversationId: uuid,
  }),
  mark_read: z.object({
    type: z.literal('mark_read'),
    conversationId: uuid,
    messageId: uuid,
  }),
  edit_message: z.object({
    type: z.literal('edit_message'),
    conversationId: uuid,
    messageId: uuid,
    content,
  }),
  delete_message: z.object({
    type: z.literal('delete_message'),
    conversationId: uuid,
    messageId: uuid,
  }),
  add_reaction: z.object({
    type: z.literal('add_reaction'),
    conversationId: uuid,
    messageId: uuid,
    emoji,
  }),
  remove_reaction: z.object({
    type: z.literal('remove_reaction'),
    conversationId: uuid,
    messageId: uuid,
    emoji,
  }),
  authenticate: z.object({
    type: z.literal('authenticate'),
    token: z.string({ error: 'must be a token' }).min(1, { error: 'must be a token' }),
  }),
  ping: z.object({
    type: z.literal('ping'),
  }),
} as const;

export type ClientMessageType = keyof typeof clientMessages;
export type ClientMessage = z.infer<(typeof clientMessages)[ClientMessageType]>;
export type ClientMessageOf<T extends ClientMessageType> = z.infer<(typeof clientMessages)[T]>;
