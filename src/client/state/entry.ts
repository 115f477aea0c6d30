import { ParleyError } from '../errors.ts';
import type { Attachment, FailedMessage, SendingMessage } from '../types.ts';
import { NONE } from './messages.ts';

/** What somebody wants to say. */
export interface Said {
  readonly conversationId: string;
  readonly content: string;
  /** Not in those of an earlier version. */
  readonly attachments?: readonly Attachment[];
}

/** An unsent message as it is stored: may have been written by another version. */
export interface Entry extends Said {
  readonly clientMessageId: string;
  /** When it was sent, in milliseconds since 1970; no two of a tab have the same. */
  readonly at: number;
  readonly error?: { readonly code: ParleyError['code']; readonly message: string };
}

/** In order of key the entries of a conversation are in the order in which they were sent. */
export const entryKey = (tabId: string, { conversationId, at, clientMessageId }: Entry): string =>
  `${tabId}/outbox/${conversationId}/${String(at).padStart(15, '0')}-${clientMessageId}`;

export const draftKey = (tabId: string, conversationId: string): string =>
  `${tabId}/draft/${conversationId}`;

/** As it is shown. */
export function toMessage(
  { conversationId, clientMessageId, content, attachments = NONE, at, error }: Entry,
  senderId: string,
): SendingMessage | FailedMessage {
  const message = {
    key: clientMessageId,
    conversationId,
    senderId,
    content,
    attachments,
    createdAt: new Date(at).toISOString(),
    clientMessageId,
  };
  return error
    ? { ...message, status: 'failed', error: new ParleyError(error.code, error.message) }
    : { ...message, status: 'sending' };
}
