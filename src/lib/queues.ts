/**
 * Runs works of the same key one after the other, in the order they came; those of others at once.
 *
 * @returns runs the work when it is its turn, and settles as it does
 */
export function createQueues(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<void>>();
  return async (key, work) => {
    const before = last.get(key);
    const result = before === undefined ? work() : before.then(work);
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, over);
    try {
      return await result;
    } finally {
      if (last.get(key) === over) last.delete(key);
    }
  };
}
