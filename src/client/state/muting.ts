import { Timer } from '../async/timer.ts';
import type { Muted } from '../types.ts';

/** Whether a conversation is muted, and until when. */
export class Muting {
  readonly #onEnd: () => void;
  readonly #ends = new Timer();
  #muted: Muted | undefined;
  /** The moment when that was so: `Presences`. */
  #at = 0;

  /** @param onEnd it is over */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get now(): Muted | undefined {
    return this.#muted && leftOf(this.#muted) > 0 ? this.#muted : undefined;
  }

  /** @param at the moment when that was so; what is older counts no more */
  tell(muted: Muted | undefined, at: number): void {
    if (at < this.#at) return;
    this.#at = at;
    this.#muted = muted;
    this.#wait();
  }

  /** Nothing happens any more. */
  end(): void {
    this.#ends.clear();
  }

  #wait(): void {
    this.#ends.clear();
    const left = this.#muted ? leftOf(this.#muted) : 0;
    if (left > 0 && left < Infinity)
      this.#ends.set(left, () => {
        // It may be further away than a timer goes.
        if (this.now) this.#wait();
        else this.#onEnd();
      });
  }
}

/** In milliseconds. */
const leftOf = ({ until }: Muted): number =>
  until === null ? Infinity : Date.parse(until) - Date.now();
