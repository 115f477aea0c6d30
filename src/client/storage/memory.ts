import type { ClientStorage } from '../client-options.ts';

/** Lasts as long as the object: several clients may be given the same one. */
export function memoryStorage(): ClientStorage {
  const values = new Map<string, unknown>();
  return {
    entries: (prefix) =>
      Promise.resolve(
        [...values]
          .filter(([key]) => key.startsWith(prefix))
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    set(key, value) {
      values.set(key, value);
      return Promise.resolve();
    },
    delete(key) {
      values.delete(key);
      return Promise.resolve();
    },
  };
}
