import type { Received, Shown } from './evidence.ts';

/**
 * What a client shows that applies every change of a conversation once, as it came first, in order of `seq`, and reactions as
 * sets: docs/protocol.md, "A message that was changed".
 *
 * @returns by message
 */
export function fold(received: readonly Received[], conversationId: string): Map<string, Shown> {
  const first = new Map<number, Received>();
  for (const one of received)
    if (one.conversationId === conversationId && !first.has(one.seq)) first.set(one.seq, one);
  const messages = new Map<string, Shown>();
  for (const change of [...first.values()].toSorted((a, b) => a.seq - b.seq)) {
    const { type, messageId, shown } = change;
    const before = messages.get(messageId);
    if (shown !== undefined) messages.set(messageId, shown);
    else if (type !== 'read_receipt' && before?.isDeleted === false)
      messages.set(messageId, { ...before, reactions: react(before.reactions, change) });
  }
  return messages;
}

function react(reactions: readonly string[], { type, emoji, userId }: Received): string[] {
  const one = `${emoji} ${userId}`;
  const others = reactions.filter((other) => other !== one);
  return type === 'reaction_added' ? [...others, one] : others;
}
