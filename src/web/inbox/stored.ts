import type { Message, StoredMessage } from '../../client/types.ts';

export function isStored(message: Message): message is StoredMessage {
  return message.status === 'sent' || message.status === 'read';
}

/** Whether it is one that says nothing any more. */
export const isDeleted = (message: Message): boolean =>
  isStored(message) && message.deletedAt !== undefined;
