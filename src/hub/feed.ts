import { isOutage } from '../db/sql-state.ts';
import type { Change, ReadChanges } from '../messages/changes.ts';
import type { Logger } from '../lib/logger.ts';

/** How long a hole may fill by itself before it is read from PostgreSQL, in milliseconds. */
const HOLE_PATIENCE_MS = 50;
const RETRY_MS = 1_000;
/** So many changes are held behind a hole. What comes beyond is read from PostgreSQL with it. */
const MAX_HELD = 256;

export interface FeedParts {
  readonly read: ReadChanges;
  readonly deliver: (change: Change) => void;
  /** Nothing is held and no hole is known: until the next one, whoever keeps the last seq can do without this feed. */
  readonly onSettled: () => void;
  readonly logger: Logger;
}

/**
 * The changes of one conversation, each once and in order of `seq`, whatever the bus repeats, reorders or loses. An old
 * one is dropped, the next delivered; after a hole they are held until it has been filled from PostgreSQL.
 */
export class Feed {
  readonly id: string;
  readonly #parts: FeedParts;
  /** The last change delivered; `undefined` until the feed has started. */
  #seq: number | undefined;
  readonly #held = new Map<number, Buffer>();
  /** The highest change known to exist. */
  #newest = 0;
  #timer: NodeJS.Timeout | undefined;
  #repairing = false;
  #stopped = false;

  constructor(id: string, parts: FeedParts) {
    this.id = id;
    this.#parts = parts;
  }

  /** The last change delivered. */
  get seq(): number {
    return this.#seq ?? 0;
  }

  /** @param seq read from PostgreSQL after the channel was subscribed: what came since then is delivered now */
  start(seq: number): void {
    this.#seq = seq;
    this.#newest = Math.max(this.#newest, seq);
    this.#advance();
  }

  /** @param frame copied if it must wait */
  accept(seq: number, frame: Buffer): void {
    if (this.#stopped || (this.#seq !== undefined && seq <= this.#seq)) return;
    this.#newest = Math.max(this.#newest, seq);
    if (seq === this.seq + 1 && this.#seq !== undefined && this.#held.size === 0) {
      this.#seq = seq;
      this.#parts.deliver({ seq, frame });
    } else if (this.#held.size < MAX_HELD) this.#held.set(seq, Buffer.from(frame));
    this.#advance();
  }

  /** PostgreSQL has changes up to this one. */
  expect(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
    this.#advance();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#held.clear();
  }

  #advance(): void {
    if (this.#seq === undefined || this.#stopped) return;
    for (
      let next = this.#held.get(this.#seq + 1);
      next !== undefined;
      next = this.#held.get(this.#seq + 1)
    ) {
      this.#seq += 1;
      this.#held.delete(this.#seq);
      this.#parts.deliver({ seq: this.#seq, frame: next });
    }
    for (const seq of this.#held.keys()) if (seq <= this.#seq) this.#held.delete(seq);
    // A delivery may have ended it.
    if (this.#repairing || this.#stopped) return;
    if (this.#newest > this.#seq) this.#repairLater(HOLE_PATIENCE_MS);
    else this.#parts.onSettled();
  }

  #repairLater(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#repair();
    }, ms);
  }

  async #repair(): Promise<void> {
    const from = this.seq;
    if (this.#newest <= from || this.#stopped) return;
    this.#repairing = true;
    let patience = HOLE_PATIENCE_MS;
    try {
      const changes = await this.#parts.read(this.id, from, this.#newest);
      for (const { seq, frame } of changes) if (seq > this.seq) this.#held.set(seq, frame);
      this.#parts.logger.debug(
        { conversationId: this.id, from, changes: changes.length },
        'a hole was read',
      );
      // Announced, and not to be seen yet: look again, but not at once.
      if (changes.length === 0) patience = RETRY_MS;
    } catch (error) {
      // There may be thousands, and of an outage the sweep tells, once.
      this.#parts.logger[isOutage(error) ? 'debug' : 'warn'](
        { err: error, conversationId: this.id },
        'a hole could not be read',
      );
      patience = RETRY_MS;
    }
    this.#repairing = false;
    if (patience === RETRY_MS && !this.#stopped) this.#repairLater(RETRY_MS);
    this.#advance();
  }
}
