import { z } from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './limits.ts';
import { conversation, historyMessage } from './resources.ts';
import { clientMessageId, content, uuid } from './values.ts';

const LISTING_RULE = 'must be an integer from -2147483648 to 2147483647';
const LIMIT_RULE = `must be an integer from 1 to ${MAX_PAGE_SIZE}`;
const POSITION_RULE = "must be a message's seq or id";

/** Query parameters come as text. */
const limit = z
  .string()
  .regex(/^\d{1,3}$/, { error: LIMIT_RULE })
  .transform(Number)
  .pipe(z.int().min(1, { error: LIMIT_RULE }).max(MAX_PAGE_SIZE, { error: LIMIT_RULE }))
  .default(DEFAULT_PAGE_SIZE)
  .meta({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE });

const SEQ = /^\d{1,10}$/;
const MAX_SEQ = 2147483647;

/** A place in a history: a message's seq (as a number), or its id (as text). */
const position = z
  .string()
  .refine((text) => (SEQ.test(text) ? Number(text) <= MAX_SEQ : uuid.safeParse(text).success), {
    error: POSITION_RULE,
  })
  .transform((text) => (SEQ.test(text) ? Number(text) : text.toLowerCase()))
  .meta({
    anyOf: [
      { type: 'integer', minimum: 0, maximum: MAX_SEQ },
      { type: 'string', format: 'uuid' },
    ],
  });

export const createConversationBody = z.object({
  listingId: z
    .int({ error: LISTING_RULE })
    .min(-2147483648, { error: LISTING_RULE })
    .max(2147483647, { error: LISTING_RULE }),
  sellerId: uuid,
});

export const sendMessageBody = z.object({
  content,
  clientMessageId: clientMessageId.optional(),
});

export const markReadBody = z.object({ messageId: uuid });

export const conversationPath = z.object({ id: uuid });

export const listQuery = z.object({
  limit,
  cursor: z.string().max(200, { error: 'must be a nextCursor of this list' }).optional(),
});

export const historyQuery = z.object({
  before: position.optional(),
  after: position.optional(),
  limit,
});

export const conversationPage = z.object({
  conversations: z.array(conversation),
  nextCursor: z
    .string()
    .nullable()
    .meta({ description: 'Pass it as `cursor` for the next page; null on the last.' }),
});

export const messagePage = z.object({
  messages: z.array(historyMessage),
  nextCursor: z.string().nullable().meta({
    description:
      'Pass it as `before` (as `after` when the page was asked for with `after`); null on the last page.',
  }),
});

export const sentMessage = z.object({ conversationId: uuid, message: historyMessage });

export const readState = z.object({
  conversationId: uuid,
  messageId: uuid,
  unreadCount: z.int().nonnegative(),
});

/** RFC 9457, with `code`. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  retryAfterMs: z.int().positive().optional(),
});

export type Position = z.infer<typeof position>;
export type HistoryQuery = z.infer<typeof historyQuery>;
export type ListQuery = z.infer<typeof listQuery>;
export type ConversationPage = z.infer<typeof conversationPage>;
export type MessagePage = z.infer<typeof messagePage>;
export type SentMessage = z.infer<typeof sentMessage>;
export type ReadState = z.infer<typeof readState>;
