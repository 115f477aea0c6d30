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
export const toWireMessage = (message: HistoryMessage): WireMessage => ({
  id: message.id,
  senderId: message.senderId,
  content: message.content,
  createdAt: message.createdAt,
  ...(message.clientMessageId === undefined ? {} : { clientMessageId: message.clientMessageId }),
});

/**
 * The frame of `frame({ type: 'new_message', … })`, put together by hand: it is made for every message, and only the text
 * and the key can hold anything that JSON escapes.
 */
export function newMessageFrame(conversationId: string, message: HistoryMessage): string {
  const { id, senderId, content, createdAt, clientMessageId, seq } = message;
  const key =
    clientMessageId === undefined ? '' : `,"clientMessageId":${JSON.stringify(clientMessageId)}`;
  return `{"type":"new_message","conversationId":"${conversationId}","message":{"id":"${id}","senderId":"${senderId}","content":${JSON.stringify(content)},"createdAt":"${createdAt}"${key}},"seq":${seq},"timestamp":"${now()}"}`;
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
