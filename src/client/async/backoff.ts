const FIRST_MS = 500;
const MAX_MS = 30_000;

/** How long to wait before the next attempt: anything up to a bound that doubles, so that those who fail together come back apart. */
export class Backoff {
  #failures = 0;

  next(): number {
    return backoffMs(this.#failures++);
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** A random wait before the next attempt, in milliseconds. */
export const backoffMs = (failures: number): number =>
  Math.random() * Math.min(FIRST_MS * 2 ** failures, MAX_MS);
