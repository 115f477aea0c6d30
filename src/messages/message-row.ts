import type { HistoryMessage } from '../protocol/resources.ts';

/** What {@link toMessage} takes of a message `m`; times as text, by `wireTypes`. */
export const MESSAGE_COLUMNS =
  'm.id, m.sender_id, m.content, m.read_at, m.created_at, m.seq, m.client_message_id';

export type MessageRow = [
  id: string,
  senderId: string,
  content: string,
  readAt: string | null,
  createdAt: string,
  seq: number,
  clientMessageId: string | null,
];

/** The columns of an outer join that found no message. */
export type NoMessageRow = [
  id: null,
  senderId: null,
  content: null,
  readAt: null,
  createdAt: null,
  seq: null,
  clientMessageId: null,
];

export function toMessage(row: MessageRow): HistoryMessage {
  const [id, senderId, content, readAt, createdAt, seq, clientMessageId] = row;
  const message = { id, senderId, content, readAt, createdAt, seq };
  return clientMessageId === null ? message : { ...message, clientMessageId };
}
