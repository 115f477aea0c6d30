import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks that found nothing, in milliseconds. */
const IDLE_MS = 500;
/** After a failure: whatever failed is mostly away for longer. In milliseconds. */
const FAILED_MS = 1_000;

/**
 * Does a thing again and again: at once while there is more, else after a rest.
 *
 * @param step resolves with whether there may be more
 * @returns ends it, and resolves when what was begun has ended
 */
export function loop(
  step: () => Promise<boolean>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      const restMs = await step().then(
        (hasMore) => (hasMore ? 0 : IDLE_MS),
        (error: unknown) => {
          onError(error);
          return FAILED_MS;
        },
      );
      if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return () => {
    stopping.abort();
    return running;
  };
}
