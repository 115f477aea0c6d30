/**
 * How many sockets each key has open on this node. Exact, and for this node alone: a count that nodes keep together would be
 * wrong for as long as it takes to be sure that a node died, just when all its users come to the others.
 */
export class SocketCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns false, and counts nothing, when there are enough */
  add(key: string): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#max) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  remove(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }
}
