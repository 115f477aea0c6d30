export interface BackoffOptions {
  /** The shortest wait, in milliseconds. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
  /** Whoever has been well for so long starts over with short waits, in milliseconds. */
  readonly forgetAfterMs: number;
}

/**
 * How long to wait before the next attempt: twice as long after each failure, with up to as much again at random, so that
 * those who fail together do not come back together.
 *
 * @returns takes how long the last attempt went well, gives the wait, both in milliseconds
 */
export function createBackoff({
  firstMs,
  maxMs,
  forgetAfterMs,
}: BackoffOptions): (wellMs: number) => number {
  let baseMs = firstMs;
  return (wellMs) => {
    if (wellMs >= forgetAfterMs) baseMs = firstMs;
    const waitMs = Math.min(baseMs * (1 + Math.random()), maxMs);
    // Half the longest, so that the wait is random there too.
    baseMs = Math.min(2 * baseMs, Math.max(firstMs, maxMs / 2));
    return waitMs;
  };
}
