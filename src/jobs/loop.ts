/** After a failure: whatever failed is mostly away for longer. In milliseconds. */
const FAILED_MS = 1_000;

export interface Loop {
  /**
   * There may be something to do: it does not rest until it has looked.
   *
   * @returns whether it rested
   */
  wake(): boolean;
  /** Ends it, and resolves when what was begun has ended. */
  stop(): Promise<void>;
}

/**
 * Does a thing again and again.
 *
 * @param step resolves with how long to rest before the next one, in milliseconds; 0 while there is more
 */
export function startLoop(step: () => Promise<number>, onError: (error: unknown) => void): Loop {
  const stopping = new AbortController();
  let isWoken = false;
  /** While it rests. */
  let endRest: (() => void) | undefined;
  const rest = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endRest = undefined;
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      isWoken = false;
      const restMs = await step().catch((error: unknown) => {
        onError(error);
        return FAILED_MS;
      });
      if (restMs > 0 && !isWoken && !stopping.signal.aborted) await rest(restMs);
    }
  })();
  return {
    wake() {
      const isResting = endRest !== undefined && !isWoken;
      isWoken = true;
      endRest?.();
      return isResting;
    },
    stop() {
      stopping.abort();
      endRest?.();
      return running;
    },
  };
}
