import { z } from 'zod';
import { clientMessageId, content, seq, timestamp, uuid } from './values.ts';

/** A message as live frames carry it. The fields without `clientMessageId` are seed. */
export const wireMessage = z.object({
  id: uuid,
  senderId: uuid,
  content,
  createdAt: timestamp,
  clientMessageId: clientMessageId.optional(),
});

/** A message as the history has it. */
export const historyMessage = wireMessage.extend({
  readAt: timestamp.nullable(),
  seq,
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
});

export type WireMessage = z.infer<typeof wireMessage>;
export type HistoryMessage = z.infer<typeof historyMessage>;
export type Conversation = z.infer<typeof conversation>;
