import type { HistoryMessage, WireMessage } from '../../protocol/resources.ts';
import type { StoredMessage } from '../types.ts';

/** @param me who looks at it */
export function toStored(
  conversationId: string,
  message: WireMessage & Partial<Pick<HistoryMessage, 'readAt'>>,
  seq: number,
  me: string | undefined,
): StoredMessage {
  const { id, senderId, content, createdAt, clientMessageId, readAt } = message;
  return {
    // Another user's key is unique among that user's own alone.
    key: (senderId === me && clientMessageId) || id,
    conversationId,
    senderId,
    content,
    createdAt,
    status: readAt ? 'read' : 'sent',
    id,
    seq,
    clientMessageId,
  };
}

/** Whether all that they hold is the same, one level deep. */
export function isSame<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return Object.keys(a).length === keys.length && keys.every((key) => Object.is(a[key], b[key]));
}

/** The old object when the new one says nothing else: lists compare by identity. */
export const keep = <T extends object>(old: T | null | undefined, value: T): T =>
  old && isSame(old, value) ? old : value;
