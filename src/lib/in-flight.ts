/** Counts work that has begun and not ended. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] | undefined;

  /** @returns what the work gives */
  async track<T>(work: Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work;
    } finally {
      this.end();
    }
  }

  /** Every call must be followed by one of {@link end}. */
  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count > 0 || this.#waiting === undefined) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#count === 0
      ? Promise.resolve()
      : new Promise((resolve) => (this.#waiting ??= []).push(resolve));
  }
}
