/**
 * A map that makes what it does not have, and forgets what nobody asked for in a time; when exactly, and up to twice that
 * time, is left open. Nothing is searched for what is old: two maps take turns.
 */
export class RecentMap<V> {
  readonly #keepMs: number;
  readonly #make: () => V;
  #recent = new Map<string, V>();
  #older = new Map<string, V>();
  #turnedAt = 0;

  constructor(keepMs: number, make: () => V) {
    this.#keepMs = keepMs;
    this.#make = make;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** @param now in milliseconds; never less than before */
  get(key: string, now: number): V {
    if (now - this.#turnedAt > this.#keepMs) this.#turn(now);
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const older = this.#older.get(key);
    if (older !== undefined) this.#older.delete(key);
    const value = older ?? this.#make();
    this.#recent.set(key, value);
    return value;
  }

  #turn(now: number): void {
    const isIdle = now - this.#turnedAt > 2 * this.#keepMs;
    this.#older = isIdle ? new Map() : this.#recent;
    this.#recent = new Map();
    this.#turnedAt = now;
  }
}
