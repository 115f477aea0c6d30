import type { ClientStorage } from '../client-options.ts';

/**
 * One user's part of a storage. It never fails and nobody waits for it: what can't be written is kept in memory alone. Each key is
 * written at once, for the page may be closed the next moment; of several writes to one key that wait for another, only the last is done.
 */
export class Vault {
  readonly #storage: ClientStorage;
  #prefix: string | undefined;
  /** What is not written; `undefined` deletes. */
  readonly #waiting = new Map<string, unknown>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(storage: ClientStorage) {
    this.#storage = storage;
  }

  /** Whose it is: nothing is written before that is known. */
  open(prefix: string): void {
    this.#prefix = prefix;
    for (const key of this.#waiting.keys()) this.#write(key);
  }

  set(key: string, value: unknown): void {
    this.#waiting.set(key, value);
    this.#write(key);
  }

  async entries(prefix: string): Promise<(readonly [key: string, value: unknown])[]> {
    if (this.#prefix === undefined) return [];
    const { length } = this.#prefix;
    try {
      const found = await this.#storage.entries(this.#prefix + prefix);
      return found.map(([key, value]) => [key.slice(length), value] as const);
    } catch {
      return [];
    }
  }

  /** Resolves when everything is written that could be. */
  async settle(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** Nothing is written after it. */
  async erase(): Promise<void> {
    await this.settle();
    for (const [key] of await this.entries('')) this.set(key, undefined);
    await this.settle();
    this.#prefix = undefined;
  }

  #write(key: string): void {
    if (this.#prefix !== undefined && !this.#writing.has(key))
      this.#writing.set(key, this.#writeAll(this.#prefix + key, key));
  }

  async #writeAll(path: string, key: string): Promise<void> {
    while (this.#waiting.has(key)) {
      const value = this.#waiting.get(key);
      this.#waiting.delete(key);
      try {
        await (value === undefined ? this.#storage.delete(path) : this.#storage.set(path, value));
      } catch {
        // As good as none. It may have thrown at once, before `#writing` is set.
        await Promise.resolve();
      }
    }
    this.#writing.delete(key);
  }
}
