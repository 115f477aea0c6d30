import type { ConversationEvidence, HistoryEntry, LoggedChange } from './evidence.ts';

/** What a message said from a change on. */
export interface State {
  readonly seq: number;
  /** `undefined`: it was deleted. */
  readonly content: string | undefined;
}

/** All that a message ever said, in order: by the log, the versions and, for what it says in the end, the history. */
export function statesOf(
  { changes, versions }: ConversationEvidence,
  message: HistoryEntry,
): State[] {
  const logged = textChanges(changes, message.id);
  return [{ seq: message.seq, type: 'new_message' }, ...logged].map(({ seq, type }, i) => {
    if (type === 'message_deleted') return { seq, content: undefined };
    const next = logged[i];
    if (next === undefined) return { seq, content: message.content };
    const version = versions.find((one) => one.seq === next.seq && one.messageId === message.id);
    return { seq, content: version?.content ?? `not kept: what ${message.id} said from ${seq} on` };
  });
}

/** Edits and deletions of a message, in order. */
export const textChanges = (changes: readonly LoggedChange[], messageId: string): LoggedChange[] =>
  changes
    .filter(
      (change) =>
        change.messageId === messageId &&
        (change.type === 'message_edited' || change.type === 'message_deleted'),
    )
    .toSorted((a, b) => a.seq - b.seq);
