import { z } from 'zod';
import { clientMessageId, lastSeenAt, seq, shownContent, timestamp, uuid } from './values.ts';

/** One emoji, and who of the two parties reacted with it. */
export const reaction = z.object({
  emoji: z.string().meta({ description: 'A single emoji.' }),
  count: z.int().positive(),
  userIds: z.array(uuid),
});

const SIGNED =
  'Signed, good for 15 minutes at least, and relative to the server. A fresh one: `GET /api/conversations/:id/attachments/:attachmentId`.';

/** A file of a message. */
export const attachment = z.object({
  id: uuid,
  name: z.string(),
  contentType: z.string().meta({ description: 'Found from the bytes.' }),
  size: z.int().nonnegative().meta({ description: 'In bytes.' }),
  width: z.int().positive().optional().meta({ description: 'Of images, in pixels.' }),
  height: z.int().positive().optional(),
  url: z.string().meta({ description: SIGNED }),
  thumbnailUrl: z
    .string()
    .optional()
    .meta({ description: `Of images. ${SIGNED}` }),
});

/** A message as live frames carry it. `id`, `senderId`, `content` and `createdAt` are seed. */
export const wireMessage = z.object({
  id: uuid,
  senderId: uuid,
  content: shownContent,
  createdAt: timestamp,
  clientMessageId: clientMessageId.optional(),
  attachments: z.array(attachment).optional(),
  reactions: z.array(reaction).optional().meta({ description: 'In the order of their first.' }),
  editedAt: timestamp.optional().meta({ description: 'Of the last edit.' }),
  deletedAt: timestamp
    .optional()
    .meta({ description: 'The content is empty then, and there are no attachments or reactions.' }),
});

/** A message as the history has it. */
export const historyMessage = wireMessage.extend({
  readAt: timestamp.nullable(),
  seq,
});

/** Nobody is told of what is new while it lasts. */
export const mute = z.object({
  until: timestamp.nullable().meta({ description: 'null: for good.' }),
});

/** A conversation as one of its parties sees it. */
export const conversation = z.object({
  id: uuid,
  listingId: z.int().min(-2147483648).max(2147483647),
  buyerId: uuid,
  sellerId: uuid,
  lastMessageAt: timestamp.nullable(),
  createdAt: timestamp,
  lastMessage: historyMessage.nullable(),
  unreadCount: z
    .int()
    .nonnegative()
    .meta({ description: 'How many messages of the other party the caller has not read.' }),
  seq: z.int().nonnegative().meta({ description: 'The last change; 0 before the first.' }),
  presence: z
    .object({ online: z.boolean(), lastSeenAt })
    .optional()
    .meta({ description: 'Of the other party.' }),
  muted: mute.optional().meta({ description: 'While the caller has muted it.' }),
});

export type Reaction = z.infer<typeof reaction>;
export type Attachment = z.infer<typeof attachment>;
export type WireMessage = z.infer<typeof wireMessage>;
export type HistoryMessage = z.infer<typeof historyMessage>;
export type Conversation = z.infer<typeof conversation>;
export type Mute = z.infer<typeof mute>;
