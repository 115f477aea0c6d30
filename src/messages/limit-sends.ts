import { rateLimited } from '../protocol/errors.ts';
import type { RecallMessage } from './recall.ts';
import type { SendMessage } from './send.ts';

/**
 * Refuses sends over the sender's limit with `rate_limited`, but never a repeat of what is stored: that gets the original, so
 * that a retry always finds out. Within the limit a send goes on at once: a sender's messages keep their order.
 *
 * @param admit counts a send of this user: 0, or how long to wait, in milliseconds
 */
export const limitSends =
  (send: SendMessage, recall: RecallMessage, admit: (userId: string) => number): SendMessage =>
  (input) => {
    const wait = admit(input.senderId);
    if (wait === 0) return send(input);
    const refusal = rateLimited('messages', wait);
    if (input.clientMessageId === undefined) return Promise.reject(refusal);
    return recall(input).then((original) => original ?? Promise.reject(refusal));
  };
