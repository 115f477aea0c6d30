import type { ClientStorage } from '../client-options.ts';

/** As that one, after so many milliseconds. */
export function slowStorage(
  inner: ClientStorage,
  delayMs: { readonly entries?: number; readonly set?: number },
): ClientStorage {
  return {
    ...inner,
    async entries(prefix) {
      await wait(delayMs.entries);
      return inner.entries(prefix);
    },
    async set(key, value) {
      await wait(delayMs.set);
      await inner.set(key, value);
    },
  };
}

const wait = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
