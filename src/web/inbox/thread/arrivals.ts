import type { Message, StoredMessage } from '../../../client/types.ts';
import { isDeleted, isStored } from '../stored.ts';

/** Tells what of a thread is new: for whoever has scrolled away from the end, and for screen readers. */
export class Arrivals {
  #userId: string | undefined;
  /** The newest that was told of, or that was there at first. */
  #told: number | undefined;
  #seen: number | undefined;
  #unseen = 0;

  /** Messages of the other party that came since the end was last seen. */
  get unseen(): number {
    return this.#unseen;
  }

  /**
   * To be called once they are loaded, when they change, and when the end is reached or left.
   *
   * @param isAtEnd whether the newest can be seen
   * @returns those of the other party that were not there at the last call. What was loaded at first or from the past is not new
   */
  update(
    messages: readonly Message[],
    userId: string | undefined,
    isAtEnd: boolean,
  ): readonly StoredMessage[] {
    this.#userId = userId;
    const newest = messages.findLast(isStored)?.seq ?? 0;
    const told = this.#told ?? newest;
    this.#told = Math.max(told, newest);
    if (isAtEnd || this.#seen === undefined) this.#seen = this.#told;
    this.#unseen = this.#since(messages, this.#seen).length;
    return this.#since(messages, told);
  }

  #since(messages: readonly Message[], seq: number): StoredMessage[] {
    const found: StoredMessage[] = [];
    for (let at = messages.length - 1; at >= 0; at -= 1) {
      const message = messages[at];
      if (message === undefined || !isStored(message)) continue;
      if (message.seq <= seq) break;
      if (message.senderId !== this.#userId && !isDeleted(message)) found.unshift(message);
    }
    return found;
  }
}
