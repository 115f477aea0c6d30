const FIRST_MS = 1_000;
const MAX_MS = 15 * 60_000;

/**
 * Twice as long after each attempt, and up to a quarter more at random, so that those who failed together do not come back
 * together.
 *
 * @param attempt how often it was tried before this one
 * @param afterMs what the provider asks for at least
 * @returns milliseconds
 */
export function retryDelayMs(attempt: number, afterMs = 0): number {
  const backoffMs = Math.min(FIRST_MS * 2 ** Math.min(attempt, 20), MAX_MS);
  return Math.round(Math.max(backoffMs, afterMs) * (1 + Math.random() / 4));
}
