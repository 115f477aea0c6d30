import type { HistoryMessage, WireMessage } from '../protocol/resources.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';

/** A server frame as text; the type makes it one that the protocol knows. */
export const frame = (message: ServerMessage): string => JSON.stringify(message);

export const now = (): string => toTimestamp(Date.now());

let lastMs = Number.NaN;
let lastTimestamp = '';

/** RFC 3339, UTC, with milliseconds. What is asked for in a row is mostly the same one. */
export function toTimestamp(ms: number): string {
  if (ms !== lastMs) {
    lastTimestamp = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastTimestamp;
}

/** What live frames carry of a message: no `seq` and `readAt`, which the history adds. */
export function toWireMessage(message: HistoryMessage): WireMessage {
  const { id, senderId, content, createdAt, clientMessageId } = message;
  const wire: WireMessage = { id, senderId, content, createdAt };
  if (clientMessageId !== undefined) wire.clientMessageId = clientMessageId;
  return hasMore(message) ? { ...wire, ...moreOf(message) } : wire;
}

/**
 * The frame of `frame({ type: 'new_message', … })`, put together by hand: it is made for every message, and only the text
 * and the key can hold anything that JSON escapes.
 */
export function newMessageFrame(conversationId: string, message: HistoryMessage): string {
  const { id, senderId, content, createdAt, clientMessageId, seq } = message;
  const key =
    clientMessageId === undefined ? '' : `,"clientMessageId":${JSON.stringify(clientMessageId)}`;
  const more = hasMore(message) ? `,${JSON.stringify(moreOf(message)).slice(1, -1)}` : '';
  return `{"type":"new_message","conversationId":"${conversationId}","message":{"id":"${id}","senderId":"${senderId}","content":${JSON.stringify(content)},"createdAt":"${createdAt}"${key}${more}},"seq":${seq},"timestamp":"${now()}"}`;
}

/** Few messages have any of it. */
const hasMore = ({ attachments, reactions, editedAt, deletedAt }: HistoryMessage): boolean =>
  (attachments ?? reactions ?? editedAt ?? deletedAt) !== undefined;

function moreOf({ attachments, reactions, editedAt, deletedAt }: HistoryMessage) {
  return {
    ...(attachments && { attachments }),
    ...(reactions && { reactions }),
    ...(editedAt !== undefined && { editedAt }),
    ...(deletedAt !== undefined && { deletedAt }),
  };
}

export const readReceiptFrame = (receipt: {
  readonly conversationId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly seq: number;
}): string =>
  frame({
    type: 'read_receipt',
    conversationId: receipt.conversationId,
    userId: receipt.userId,
    messageId: receipt.messageId,
    seq: receipt.seq,
    timestamp: now(),
  });

/** `seq`: of the change, and not of the message. */
export interface MessageChanged {
  readonly conversationId: string;
  readonly message: HistoryMessage;
  readonly seq: number;
}

export const messageEditedFrame = ({ conversationId, message, seq }: MessageChanged): string =>
  frame({
    type: 'message_edited',
    conversationId,
    message: toWireMessage(message),
    seq,
    timestamp: now(),
  });

export const messageDeletedFrame = ({ conversationId, message, seq }: MessageChanged): string =>
  frame({
    type: 'message_deleted',
    conversationId,
    messageId: message.id,
    message: toWireMessage(message),
    seq,
    timestamp: now(),
  });

export interface Reacted {
  readonly conversationId: string;
  readonly messageId: string;
  readonly userId: string;
  readonly emoji: string;
  readonly seq: number;
}

export const reactionFrame = (
  type: 'reaction_added' | 'reaction_removed',
  { conversationId, messageId, userId, emoji, seq }: Reacted,
): string => frame({ type, conversationId, messageId, userId, emoji, seq, timestamp: now() });
