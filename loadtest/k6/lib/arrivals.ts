/** What is counted as broken. Each has a counter of its own in `metrics.ts`. */
export type Violation = 'lost' | 'duplicated' | 'out of order';

/** Told of each broken promise, with what shows it. */
export type Report = (violation: Violation, evidence: string, count?: number) => void;

/**
 * The changes of one conversation as they arrive at one party: on each socket every one, once, in order of `seq`.
 * Keeps two numbers, and the seqs of holes for as long as they are holes.
 */
export class Arrivals {
  readonly #report: Report;
  /** Everything up to here has come, but for what is missing. */
  #last = 0;
  readonly #missing = new Set<number>();
  /** The last that came on the present socket; 0 when nothing has. */
  #onSocket = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  get last(): number {
    return this.#last;
  }

  has(seq: number): boolean {
    return seq <= this.#last && !this.#missing.has(seq);
  }

  /** From now on they come on a new socket, which may begin with what the one before has seen. */
  startSocket(): void {
    this.#onSocket = 0;
  }

  /** @returns whether the party had not had it */
  note(seq: number): boolean {
    const before = this.#onSocket;
    this.#onSocket = Math.max(before, seq);
    if (seq > this.#last) {
      for (let n = this.#last + 1; n < seq; n += 1) this.#missing.add(n);
      this.#last = seq;
      return true;
    }
    if (this.#missing.delete(seq)) {
      this.#report('out of order', `${seq} came after ${this.#last}`);
      return true;
    }
    // A replay may repeat what an earlier socket had, and leaves nothing out.
    if (seq <= before) this.#report('duplicated', `${seq} came again after ${before}`);
    else if (before > 0 && seq > before + 1)
      this.#report('lost', `${seq} was replayed right after ${before}`, seq - before - 1);
    return false;
  }

  /** Everything up to here was read over REST, because the replay was incomplete. */
  skipTo(seq: number): void {
    this.#last = Math.max(this.#last, seq);
    this.#onSocket = this.#last;
  }

  /** Once all must have come. @param last the conversation's `seq` */
  finish(last: number): void {
    for (const seq of this.#missing) this.#report('lost', `${seq} never came`);
    if (last > this.#last)
      this.#report('lost', `${this.#last + 1} to ${last} never came`, last - this.#last);
    this.#missing.clear();
    this.#last = Math.max(this.#last, last);
  }
}
