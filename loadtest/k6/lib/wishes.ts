import type { Sent, Side } from './ledger.ts';
import type { Change } from './wire.ts';

/** What a side wants a message to be: the frame, but for its conversation. */
export type Wish = { readonly messageId: string } & (
  | { readonly type: 'edit_message'; readonly content: string }
  | { readonly type: 'delete_message' }
  | { readonly type: 'add_reaction' | 'remove_reaction'; readonly emoji: string }
);

interface Open {
  readonly wish: Wish;
  /** When it is to be asked for again, in ms. */
  dueAt: number;
}

const EDITS = 0.4;
const DELETIONS = 0.1;
const EMOJIS = ['👍🏽', '❤️', '👩‍👩‍👧‍👦', '🇫🇷'];

/**
 * The edit, deletion or reaction that each side is waiting for, one at a time: they have no acknowledgement, so a side asks again
 * until it sees the change.
 */
export class Wishes {
  readonly #open: [Open | undefined, Open | undefined] = [undefined, undefined];
  #made = 0;

  /** How many have not been seen done. */
  get open(): number {
    return this.#open.filter((one) => one !== undefined).length;
  }

  isOpen(messageId: string): boolean {
    return this.#open.some((one) => one?.wish.messageId === messageId);
  }

  /** @returns whether there is a new one: not while another is open, and not when there is nothing to change */
  make(side: Side, userId: string, recent: readonly Sent[]): boolean {
    const chance = Math.random();
    const isOfAnybody = chance >= EDITS + DELETIONS;
    const candidates = recent.filter(
      ({ sender, shown }) => shown[side]?.isDeleted === false && (isOfAnybody || sender === side),
    );
    const sent = candidates[Math.floor(Math.random() * candidates.length)];
    if (this.#open[side] !== undefined || sent?.messageId === undefined) return false;
    this.#made += 1;
    this.#open[side] = { wish: this.#wishOf(sent, sent.messageId, side, userId, chance), dueAt: 0 };
    return true;
  }

  #wishOf(sent: Sent, messageId: string, side: Side, userId: string, chance: number): Wish {
    if (chance < EDITS)
      return { type: 'edit_message', messageId, content: `${sent.content}, edit ${this.#made}` };
    if (chance < EDITS + DELETIONS) return { type: 'delete_message', messageId };
    const emoji = EMOJIS[this.#made % EMOJIS.length] ?? '';
    const isThere = sent.shown[side]?.reactions.includes(`${emoji} ${userId}`) === true;
    return { type: isThere ? 'remove_reaction' : 'add_reaction', messageId, emoji };
  }

  /** What this side must ask for now. */
  due(side: Side, now: number): Wish | undefined {
    const open = this.#open[side];
    return open !== undefined && open.dueAt <= now ? open.wish : undefined;
  }

  postpone(side: Side, until: number): void {
    const open = this.#open[side];
    if (open !== undefined) open.dueAt = until;
  }

  /** It will not be: refused for good, or its result was in what nobody replayed. */
  drop(side: Side): void {
    this.#open[side] = undefined;
  }

  /** A change that this side had not had. */
  onChange(side: Side, userId: string, change: Change): void {
    const wish = this.#open[side]?.wish;
    if (wish !== undefined && isDone(wish, userId, change)) this.drop(side);
  }
}

/** @param change any later one of the message may show it too: replays show messages as they are now */
function isDone(wish: Wish, userId: string, change: Change): boolean {
  if ('message' in change) {
    if (change.message.id !== wish.messageId) return false;
    const { content, deletedAt } = change.message;
    return deletedAt !== undefined || (wish.type === 'edit_message' && content === wish.content);
  }
  if (!('emoji' in change) || !('emoji' in wish)) return false;
  const type = change.type === 'reaction_added' ? 'add_reaction' : 'remove_reaction';
  return (
    change.messageId === wish.messageId &&
    change.userId === userId &&
    change.emoji === wish.emoji &&
    type === wish.type
  );
}
