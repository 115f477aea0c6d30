export interface WatchdogOptions {
  readonly everyMs: number;
  /** So many questions in a row without an answer mean that it hangs. Counted rather than timed: a machine that slept is no reason. */
  readonly maxUnanswered: number;
}

/**
 * Asks again and again whether something still answers.
 *
 * @param ask a rejection is no answer
 * @param hangs called once
 * @returns ends the watch
 */
export function watch(
  ask: () => Promise<unknown>,
  hangs: () => void,
  { everyMs, maxUnanswered }: WatchdogOptions,
): () => void {
  let unanswered = 0;
  const timer = setInterval(() => {
    if (unanswered >= maxUnanswered) {
      clearInterval(timer);
      hangs();
      return;
    }
    unanswered += 1;
    ask().then(
      () => (unanswered = 0),
      () => undefined,
    );
  }, everyMs);
  return () => clearInterval(timer);
}
