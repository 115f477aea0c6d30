import type { HistoryMessage, WireMessage } from '../protocol/resources.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';

/** A server frame as text; the type makes it one that the protocol knows. */
export const frame = (message: ServerMessage): string => JSON.stringify(message);

export const now = (): string => new Date().toISOString();

/** What live frames carry of a message: no `seq` and `readAt`, which the history adds. */
export const toWireMessage = (message: HistoryMessage): WireMessage => ({
  id: message.id,
  senderId: message.senderId,
  content: message.content,
  createdAt: message.createdAt,
  ...(message.clientMessageId === undefined ? {} : { clientMessageId: message.clientMessageId }),
});

export const newMessageFrame = (conversationId: string, message: HistoryMessage): string =>
  frame({
    type: 'new_message',
    conversationId,
    message: toWireMessage(message),
    seq: message.seq,
    timestamp: now(),
  });

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
