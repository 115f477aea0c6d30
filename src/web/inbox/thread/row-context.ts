import type { InboxContext } from '../context.ts';
import type { MessageActions } from './message-actions.ts';
import type { RowContext } from './message-row.ts';
import type { ThreadModel } from './thread-model.ts';
import { Times } from './times.ts';

/** What all rows of this thread are drawn with. @param name the other person's */
export function rowContextOf(
  { client, strings, locale }: InboxContext,
  { thread, urls }: ThreadModel,
  name: string,
  { toggleReaction, openMenu }: MessageActions,
  openPhoto: (attachmentId: string) => void,
): RowContext {
  return {
    strings,
    locale,
    times: new Times(locale, strings.thread),
    files: { strings: strings.files, locale, urls, openPhoto },
    userId: client.userId.get(),
    name,
    retry: (id) => thread.retry(id),
    discard: (id) => thread.discard(id),
    toggleReaction,
    openMenu,
  };
}
