export interface BatcherOptions {
  /** Inputs in one batch. */
  readonly maxSize: number;
  /** Batches that run at the same time: what else needs the same resources must get its turn. */
  readonly maxRunning: number;
}

interface Entry<I, O> {
  readonly input: I;
  resolve(output: O): void;
  reject(error: unknown): void;
}

/**
 * Answers many small questions with few large ones: what is asked in one turn, or while the batches before are under way,
 * is asked together.
 *
 * @param run answers each input of a batch, in their order; when it rejects, so does each of them
 */
export function createBatcher<I, O>(
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
  { maxSize, maxRunning }: BatcherOptions,
): (input: I) => Promise<O> {
  const queue: Entry<I, O>[] = [];
  let running = 0;
  let scheduled = false;

  const runBatch = async (batch: readonly Entry<I, O>[]): Promise<void> => {
    running += 1;
    try {
      const outputs = await run(batch.map(({ input }) => input));
      batch.forEach((entry, i) => entry.resolve(outputs[i] as O));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    running -= 1;
    flush();
  };
  const flush = (): void => {
    scheduled = false;
    for (let free = maxRunning - running; free > 0 && queue.length > 0; free -= 1)
      void runBatch(queue.splice(0, maxSize));
  };

  return (input) =>
    new Promise((resolve, reject) => {
      queue.push({ input, resolve, reject });
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    });
}
