import type { ConversationFrame } from '../link.ts';
import type { Reaction, StoredMessage } from '../types.ts';
import { NONE, keep } from './messages.ts';

/** A frame that has a seq. */
export type Change = Extract<ConversationFrame, { seq: number }>;
/** One that brings a message. */
export type Arrival = Extract<Change, { type: 'new_message' | 'message_ack' }>;
/** One that changes a message. */
export type MessageChange = Exclude<Change, Arrival | { type: 'read_receipt' }>;

export const isArrival = (change: Change): change is Arrival =>
  change.type === 'new_message' || change.type === 'message_ack';

export const idOf = (change: MessageChange): string =>
  change.type === 'message_edited' ? change.message.id : change.messageId;

/**
 * That message after the change; the same object when it says nothing new. What is known may be newer than the change: frames
 * that are replayed and answers over REST show a message as it is now, and later changes still come.
 */
export function changed(message: StoredMessage, change: MessageChange): StoredMessage {
  if (message.deletedAt !== undefined || idOf(change) !== message.id) return message;
  if (!('message' in change)) return reacted(message, change);
  const { content, editedAt, deletedAt } = change.message;
  if (deletedAt !== undefined)
    return { ...message, content, editedAt, deletedAt, attachments: NONE, reactions: NONE };
  // Times of edits never go back.
  if ((editedAt ?? '') < (message.editedAt ?? '')) return message;
  return keep(message, { ...message, content, editedAt });
}

function reacted(
  message: StoredMessage,
  { type, emoji, userId }: Extract<MessageChange, { emoji: string }>,
): StoredMessage {
  const known = message.reactions.find((reaction) => reaction.emoji === emoji);
  const isAdded = type === 'reaction_added';
  const before = known?.userIds ?? NONE;
  if (before.includes(userId) === isAdded) return message;
  const userIds = isAdded ? [...before, userId] : before.filter((each) => each !== userId);
  const now: Reaction = { emoji, userIds };
  const reactions = known
    ? message.reactions.map((each) => (each === known ? now : each))
    : [...message.reactions, now];
  return { ...message, reactions: reactions.filter((each) => each.userIds.length > 0) };
}
