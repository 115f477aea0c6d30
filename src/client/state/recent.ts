import type { StoredMessage } from '../types.ts';
import { type MessageChange, changed } from './changes.ts';

/** What has been changed while messages are being read: what is read may be older. */
export class Recent {
  readonly #changes: MessageChange[] = [];
  #readings = 0;

  add(change: MessageChange): void {
    if (this.#readings > 0) this.#changes.push(change);
  }

  clear(): void {
    this.#changes.length = 0;
  }

  /** @param work reads messages, and shows them */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#readings += 1;
    try {
      return await work();
    } finally {
      this.#readings -= 1;
      if (this.#readings === 0) this.clear();
    }
  }

  /** @returns the message after what was changed after that one */
  apply(message: StoredMessage, since: number): StoredMessage {
    return this.#changes.reduce(
      (now, change) => (change.seq > since ? changed(now, change) : now),
      message,
    );
  }
}
