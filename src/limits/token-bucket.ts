/** So many at once, and then so many a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** How long an empty bucket takes to be full, in milliseconds. */
export const fillMs = ({ burst, perSecond }: Rate): number => (burst / perSecond) * 1_000;

/** What adding and subtracting times may be wrong by, in milliseconds. */
const ROUNDING_MS = 1e-3;

/**
 * A token bucket that is one number: when it will be full again (the "theoretical arrival time" of ATM's generic cell rate
 * algorithm). Times are in milliseconds of a clock that never goes back.
 */
export class TokenBucket {
  #fullAt = 0;

  /** Takes a token and returns 0; when there is none, returns how long until there is one, in whole milliseconds. */
  take(rate: Rate, now: number): number {
    const fullAt = Math.max(this.#fullAt, now) + 1_000 / rate.perSecond;
    const wait = fullAt - now - fillMs(rate);
    if (wait > ROUNDING_MS) return Math.ceil(wait);
    this.#fullAt = fullAt;
    return 0;
  }
}
