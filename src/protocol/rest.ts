import { z } from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_FILE_NAME_BYTES, MAX_PAGE_SIZE } from './limits.ts';
import { attachment, conversation, historyMessage } from './resources.ts';
import { content, emoji, messageFields, saysSomething, timestamp, uuid } from './values.ts';

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

export const sendMessageBody = z.object(messageFields).check(saysSomething);

export const editMessageBody = z.object({ content });

const NAME_RULE = `must be a file's name: 1 to ${MAX_FILE_NAME_BYTES} bytes of UTF-8, without control characters`;
const SIZE_RULE = 'must be the size of the file, in bytes, 1 or more';
const TYPE_RULE = 'must be a media type such as image/png';

export const createAttachmentBody = z.object({
  name: z
    .string({ error: NAME_RULE })
    .refine((name) => !/\p{Cc}/u.test(name) && name.isWellFormed(), {
      error: NAME_RULE,
    })
    .refine((name) => name.trim() !== '' && Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES, {
      error: NAME_RULE,
    })
    .meta({ minLength: 1, maxLength: MAX_FILE_NAME_BYTES }),
  size: z.int({ error: SIZE_RULE }).min(1, { error: SIZE_RULE }),
  contentType: z
    .string({ error: TYPE_RULE })
    .regex(/^[a-z0-9][\w.+-]{0,63}\/[a-z0-9][\w.+-]{0,126}$/i, { error: TYPE_RULE }),
});

export const markReadBody = z.object({ messageId: uuid });

export const conversationPath = z.object({ id: uuid });

/** Nothing is read of it. */
export const noBody = z.object({});

export const messagePath = z.object({ id: uuid, messageId: uuid });

export const reactionPath = z.object({ id: uuid, messageId: uuid, emoji });

export const attachmentPath = z.object({ id: uuid, attachmentId: uuid });

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

/** Where the bytes of a new attachment go. */
export const createdAttachment = z.object({
  attachment: z.object({ id: uuid, name: z.string(), contentType: z.string(), size: z.int() }),
  upload: z.object({
    method: z.literal('PUT'),
    url: z.string().meta({ description: 'Relative to the server, or in the object storage.' }),
    headers: z.record(z.string(), z.string()).meta({ description: 'To be sent as they are.' }),
    expiresAt: timestamp,
  }),
});

export const finishedAttachment = z.object({ conversationId: uuid, attachment });

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
export type CreatedAttachment = z.infer<typeof createdAttachment>;
export type FinishedAttachment = z.infer<typeof finishedAttachment>;
export type ReadState = z.infer<typeof readState>;
