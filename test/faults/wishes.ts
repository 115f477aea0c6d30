import type { Frame } from '../support/client.ts';
import type { Asked, Wish } from './evidence.ts';
import { pick } from './random.ts';

/** How many of the newest messages a client still changes. */
const NEWEST = 12;
/** One more than a message may have of one user. */
const EMOJIS = ['👍🏽', '❤️', '👩‍👩‍👧‍👦', '🇫🇷', '1️⃣', '😂'];
/** Of all changes; the others are reactions. */
const EDITS = 0.4;
const DELETIONS = 0.1;

interface Seen {
  readonly conversationId: string;
  readonly messageId: string;
  /** Sent by this very client: another device of the user leaves it alone. */
  readonly isOwn: boolean;
  /** The user's own reactions. */
  readonly reactions: Set<string>;
}

/**
 * What a client wants changed of the newest messages it has seen, and which of that it has not seen done. Of one message at most
 * one edit, one deletion and one reaction are open at a time, so that asking again changes nothing that came in between.
 */
export class Wishes {
  readonly #made: { wish: Wish; times: number }[] = [];
  readonly #name: string;
  readonly #userId: string;
  readonly #random: () => number;
  /** With the time when it was asked for last. */
  readonly #open = new Map<string, { wish: Wish; at: number }>();
  #seen: Seen[] = [];
  #edits = 0;

  constructor(name: string, userId: string, random: () => number) {
    this.#name = name;
    this.#userId = userId;
    this.#random = random;
  }

  get made(): readonly Asked[] {
    return this.#made;
  }

  get open(): readonly Wish[] {
    return [...this.#open.values()].map(({ wish }) => wish);
  }

  /** What was not asked for since that time, to be asked for now. */
  ask(since: number): Wish[] {
    const due = [...this.#open.values()].filter(({ at }) => at < since);
    for (const open of due) {
      open.at = Date.now();
      for (const made of this.#made) if (made.wish === open.wish) made.times += 1;
    }
    return due.map(({ wish }) => wish);
  }

  /** A new one, unless there is nothing to change, or it is being changed already. */
  make(): void {
    const chance = this.#random();
    const isReaction = chance >= EDITS + DELETIONS;
    const messages = isReaction ? this.#seen : this.#seen.filter(({ isOwn }) => isOwn);
    if (messages.length === 0) return;
    const wish = this.#wishOf(pick(this.#random, messages), chance);
    if (this.#open.has(keyOf(wish))) return;
    // The edit that is open may come before the deletion or after it; one that is made now could only be refused.
    if (wish.type === 'edit_message' && this.#open.has(`${wish.messageId} delete_message`)) return;
    this.#made.push({ wish, times: 0 });
    this.#open.set(keyOf(wish), { wish, at: 0 });
  }

  #wishOf({ conversationId, messageId, reactions }: Seen, chance: number): Wish {
    const message = { conversationId, messageId };
    if (chance < EDITS) {
      this.#edits += 1;
      const content = `edit ${this.#edits} of ${this.#name}`;
      return { type: 'edit_message', ...message, content };
    }
    if (chance < EDITS + DELETIONS) return { type: 'delete_message', ...message };
    const emoji = pick(this.#random, EMOJIS);
    return { type: reactions.has(emoji) ? 'remove_reaction' : 'add_reaction', ...message, emoji };
  }

  /** A change this client had not seen before. */
  onChange(frame: Frame, isOwn: boolean): void {
    const { message, conversationId } = frame;
    const messageId = (message?.id ?? frame['messageId']) as string;
    if (message?.deletedAt !== undefined) {
      this.#seen = this.#seen.filter((one) => one.messageId !== messageId);
      for (const { type } of [...this.open].filter((wish) => wish.messageId === messageId))
        this.#close(messageId, type);
      return;
    }
    if (frame.type === 'new_message')
      this.#seen = [
        ...this.#seen,
        { conversationId, messageId, isOwn, reactions: new Set<string>() },
      ].slice(-NEWEST);
    if (frame.type === 'message_edited') {
      const open = this.#open.get(`${messageId} edit_message`)?.wish;
      if (open?.type === 'edit_message' && open.content === message.content)
        this.#close(messageId, open.type);
    }
    if (frame['userId'] === this.#userId && frame.type.startsWith('reaction_'))
      this.#onReaction(messageId, frame);
  }

  #onReaction(messageId: string, { type, emoji }: Frame): void {
    const reactions = this.#seen.find((one) => one.messageId === messageId)?.reactions;
    if (type === 'reaction_added') reactions?.add(emoji as string);
    else reactions?.delete(emoji as string);
    const open = this.#open.get(`${messageId} reaction`)?.wish;
    const expected = type === 'reaction_added' ? 'add_reaction' : 'remove_reaction';
    if (open?.type === expected && open.emoji === emoji) this.#close(messageId, open.type);
  }

  /** The answer was no, and would be again. */
  onRefused(messageId: string, request: Wish['type']): void {
    this.#close(messageId, request);
  }

  #close(messageId: string, type: Wish['type']): void {
    this.#open.delete(`${messageId} ${slotOf(type)}`);
  }
}

const slotOf = (type: Wish['type']): string => (type.endsWith('_reaction') ? 'reaction' : type);

const keyOf = ({ messageId, type }: Wish): string => `${messageId} ${slotOf(type)}`;
