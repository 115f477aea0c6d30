import { conflict } from '../protocol/errors.ts';
import { type MessageChange, notOwn } from './change-message.ts';
import { messageEditedFrame } from './frames.ts';
import { keepVersion } from './versions.ts';

/** @param windowMinutes how long after sending, by PostgreSQL's clock; 0: never, -1: always */
export const editing = (windowMinutes: number): MessageChange => ({
  kind: 'edit',
  // A repeat of one that was in time is no second one.
  verdict: `CASE
    WHEN sender_id <> user_id THEN 'foreign'
    WHEN deleted_at IS NOT NULL THEN 'deleted'
    WHEN content = value THEN 'same'
    ${windowMinutes === -1 ? '' : `WHEN clock_timestamp() >= created_at + interval '${windowMinutes} minutes' THEN 'late'`}
    ELSE 'made' END`,
  refusals: {
    foreign: notOwn,
    deleted: () => conflict('the message was deleted'),
    late: () =>
      conflict(
        windowMinutes === 0
          ? 'messages cannot be edited here'
          : `messages can be edited for ${windowMinutes} minutes`,
      ),
  },
  set: 'content = f.value, edited_at = f.at',
  also: keepVersion('edit'),
  frame: ({ conversationId }, message, seq) => messageEditedFrame({ conversationId, message, seq }),
});
