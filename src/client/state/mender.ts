import { backoffMs } from '../async/backoff.ts';
import { sleep } from '../async/sleep.ts';

/** Does over REST what must be done, again and again until it succeeds; while there is no connection, it waits for the next one. */
export class Mender {
  isUp = false;
  readonly #closed: AbortSignal;
  /** What is being mended. */
  readonly #running = new Set<object>();

  constructor(closed: AbortSignal) {
    this.#closed = closed;
  }

  /** @param what of each there is one attempt at a time. @returns whether it was this one */
  async mend(what: object, isNeeded: () => boolean, work: () => Promise<void>): Promise<boolean> {
    if (this.#running.has(what)) return false;
    this.#running.add(what);
    for (let attempts = 0; this.isUp && isNeeded() && !this.#closed.aborted; attempts += 1) {
      try {
        // Also after one that succeeded: what it brought was not enough.
        if (attempts > 0) await sleep(backoffMs(attempts), this.#closed);
        await work();
      } catch {
        // Again.
      }
    }
    this.#running.delete(what);
    return true;
  }
}
