export interface Made<T> {
  readonly value: T;
  /** For how long it is good, in milliseconds. */
  readonly keepMs: number;
}

interface Current<T> extends Made<T> {
  /** By `Date.now()`: such values carry times of the clock. */
  readonly at: number;
}

/** So far a clock may be set back without anything being made anew, in milliseconds. */
const SET_BACK_MS = 60_000;

/** What is good for a time, such as a token: made when it is wanted, by one attempt at once however many want it. */
export class Renewed<T> {
  readonly #make: () => Promise<Made<T>>;
  readonly #minMs: number;
  #current: Current<T> | undefined;
  #making: Promise<T> | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  /** @param minMs between two that were not accepted, in milliseconds: whoever accepts none must not make us ask for one with each push */
  constructor(make: () => Promise<Made<T>>, minMs: number) {
    this.#make = make;
    this.#minMs = minMs;
  }

  /** Rejects with what kept it from being made; the next one tries again. */
  async get(): Promise<T> {
    const current = this.#current;
    if (current === undefined) return this.#renew();
    const ageMs = Date.now() - current.at;
    return ageMs < current.keepMs && ageMs > -SET_BACK_MS ? current.value : this.#renew();
  }

  /**
   * Another in place of one that was not accepted.
   *
   * @returns `undefined` when there was one lately: it would not be accepted either
   */
  async replace(refused: T): Promise<T | undefined> {
    // Somebody else has been here.
    if (this.#current?.value !== refused) return this.get();
    const now = Date.now();
    if (now >= this.#renewedAt && now - this.#renewedAt < this.#minMs) return undefined;
    this.#renewedAt = now;
    this.#current = undefined;
    return this.#renew();
  }

  #renew(): Promise<T> {
    this.#making ??= this.#makeOnce().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #makeOnce(): Promise<T> {
    const at = Date.now();
    const made = await this.#make();
    this.#current = { ...made, at };
    return made.value;
  }
}
