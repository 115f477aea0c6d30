import type {
  Comparison,
  ConversationIndex,
  Parties,
} from '../conversations/conversation-index.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { ServedConversations } from './conversations.ts';

const INTERVAL_MS = 1_000;
/** PostgreSQL is asked each second: without an answer for so long it hangs. */
const MAX_SILENCE_MS = 4_000;
/** A round over all served conversations takes this many steps, unless that makes a step too large or too small. */
const STEPS = 10;
const MIN_STEP = 1_000;
const MAX_STEP = 10_000;
/** Ids in one query. */
const CHUNK = 5_000;
const NOTHING: Comparison = { ahead: new Map(), undone: [] };

export interface SweepParts {
  readonly index: ConversationIndex;
  readonly served: ServedConversations;
  /** False while changes of other nodes may not arrive by themselves: then each step is a whole round. */
  readonly isConnected: () => boolean;
  /** Takes conversations that were created lately; it may know them. */
  readonly onCreated: (created: readonly Parties[]) => void;
  /** Takes conversations whose last delivered change is no more. */
  readonly onUndone: (ids: readonly string[]) => void;
  /** False while a new conversation is being added for a user. */
  readonly isSettled: () => boolean;
  readonly logger: Logger;
}

interface Round {
  /** PostgreSQL's time when it began. */
  readonly at: number;
  readonly size: number;
  /** What is served from there on came later, and was read from PostgreSQL then. */
  readonly end: number;
  /** Where the next slice of what is served begins; `undefined` when all of it has been compared. */
  next: number | undefined;
  /** What PostgreSQL had and the feed had not. */
  readonly behind: Map<string, number>;
}

/**
 * Compares what this node has delivered with PostgreSQL, a slice each second, because what Redis loses in silence raises
 * no event anywhere. When a round is through, everything older than its beginning has been delivered: that is the cursor.
 */
export class Sweep {
  readonly #parts: SweepParts;
  #round: Round | undefined;
  #deliveredAt = 0;
  /** Someone knows of a loss: compare everything, beginning now. */
  #isUrgent = false;
  #isFailing = false;
  #isStopped = false;
  /** When PostgreSQL last answered, by {@link performance.now}. */
  #answeredAt = performance.now();
  #wake: () => void = () => undefined;

  constructor(parts: SweepParts, disposer: Disposer) {
    this.#parts = parts;
    const running = this.#run();
    disposer.defer(() => {
      this.#isStopped = true;
      this.#wake();
      return running;
    });
  }

  /** Resolves when there is a cursor. Call it before the first conversation is served. Rejects without PostgreSQL. */
  async ready(): Promise<void> {
    if (this.#deliveredAt > 0) return;
    const at = await this.#parts.index.clock();
    this.#deliveredAt = Math.max(this.#deliveredAt, at);
  }

  /**
   * PostgreSQL's time, in milliseconds since 1970: every change made before it was delivered to the sockets here. Clocks
   * of nodes differ, so theirs are never used.
   */
  get deliveredAt(): number {
    return this.#deliveredAt;
  }

  /** Whether PostgreSQL has answered lately. */
  get isAnswered(): boolean {
    return !this.#isFailing && performance.now() - this.#answeredAt < MAX_SILENCE_MS;
  }

  /** Compares everything, from now on. */
  compareAll(): void {
    this.#isUrgent = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#sleep();
      if (this.#isStopped) return;
      try {
        await this.#step();
        if (this.#isFailing) {
          this.#parts.logger.info('PostgreSQL answers again');
          // After a failover commits may be missing, and their seqs are given out again: the sooner it is seen the better.
          this.#isUrgent = true;
        }
        this.#isFailing = false;
        this.#answeredAt = performance.now();
      } catch (error) {
        // Nothing is verified meanwhile: the cursor stands still, which only makes a replay longer.
        if (!this.#isFailing)
          this.#parts.logger.warn({ err: error }, 'could not compare with PostgreSQL');
        this.#isFailing = true;
      }
    }
  }

  async #sleep(): Promise<void> {
    if (this.#isUrgent && !this.#isFailing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, INTERVAL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #step(): Promise<void> {
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    try {
      if (isUrgent) this.#round = undefined;
      else this.#nudge();
      this.#round ??= await this.#begin();
      await this.#compare(this.#round, isUrgent || !this.#parts.isConnected());
      this.#finish();
    } catch (error) {
      this.#isUrgent ||= isUrgent;
      throw error;
    }
  }

  async #begin(): Promise<Round> {
    const at = await this.#parts.index.clock();
    // Conversations whose creation was never heard of.
    await this.#parts.index.createdSince(this.#deliveredAt || at, this.#parts.onCreated);
    const { size, end } = this.#parts.served;
    return { at, size, end, next: 0, behind: new Map() };
  }

  async #compare(round: Round, everything: boolean): Promise<void> {
    const { served, index } = this.#parts;
    const step = Math.min(MAX_STEP, Math.max(MIN_STEP, Math.ceil(round.size / STEPS)));
    for (let left = everything ? Infinity : step; left > 0 && round.next !== undefined;) {
      const { ids, seqs, next } = served.slice(round.next, round.end, Math.min(left, CHUNK));
      const { ahead, undone } = ids.length === 0 ? NOTHING : await index.compare(ids, seqs);
      this.#answeredAt = performance.now();
      if (undone.length > 0) this.#parts.onUndone(undone);
      for (const [id, seq] of ahead) {
        if (served.seq(id) >= seq) continue;
        round.behind.set(id, seq);
        // Otherwise it may well be under way, and has until the next step.
        if (everything) served.expect(id, seq);
      }
      round.next = next;
      left -= ids.length;
    }
  }

  /** What has not arrived since the last step won't. */
  #nudge(): void {
    this.#finish();
    for (const [id, seq] of this.#round?.behind ?? []) this.#parts.served.expect(id, seq);
  }

  /** Ends the round once all that PostgreSQL had in it has been delivered. */
  #finish(): void {
    const round = this.#round;
    if (round === undefined) return;
    const { served, isSettled } = this.#parts;
    for (const [id, seq] of round.behind)
      if (!served.isServed(id) || served.seq(id) >= seq) round.behind.delete(id);
    if (round.next !== undefined || round.behind.size > 0 || !isSettled()) return;
    this.#deliveredAt = Math.max(this.#deliveredAt, round.at);
    this.#round = undefined;
  }
}
