import { rateLimited } from '../protocol/errors.ts';
import type { ChangeMessage } from './change-message.ts';

/** Edits, deletions and reactions are limited together with messages. @param admit as that of `limitSends` */
export const limitChanges =
  (change: ChangeMessage, admit: (userId: string) => number): ChangeMessage =>
  (input) => {
    const wait = admit(input.userId);
    return wait === 0 ? change(input) : Promise.reject(rateLimited('messages', wait));
  };
