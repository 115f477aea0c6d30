import type { Change, Message } from './wire.ts';

/** A message as one side shows it. */
export interface Shown {
  readonly content: string;
  readonly isDeleted: boolean;
  /** `emoji userId`, each once. */
  readonly reactions: readonly string[];
}

export const shownOf = ({ content, deletedAt, reactions = [] }: Message): Shown => ({
  content,
  isDeleted: deletedAt !== undefined,
  reactions: reactions.flatMap(({ emoji, userIds }) =>
    userIds.map((userId) => `${emoji} ${userId}`),
  ),
});

/** What becomes of it by a change of it. */
export function apply(shown: Shown, change: Change): Shown {
  if ('message' in change) return shownOf(change.message);
  if (!('emoji' in change) || shown.isDeleted) return shown;
  const one = `${change.emoji} ${change.userId}`;
  const others = shown.reactions.filter((other) => other !== one);
  const reactions = change.type === 'reaction_added' ? [...others, one] : others;
  return { ...shown, reactions };
}

export const isSame = (one: Shown, other: Shown): boolean =>
  one.content === other.content &&
  one.isDeleted === other.isDeleted &&
  one.reactions.length === other.reactions.length &&
  one.reactions.every((each) => other.reactions.includes(each));
