import type { Observable } from './types.ts';

/** An observable and its only writer. */
export class Subject<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) {
      // One of them has set another value, which all have been told of.
      if (!Object.is(value, this.#value)) return;
      try {
        listener(value);
      } catch (error) {
        // One that fails must not stop the others, nor who sets. It is reported as if nobody had called it.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }

  subscribe(listener: (value: T) => void): () => void {
    // One function may subscribe twice.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    entry(this.#value);
    return () => this.#listeners.delete(entry);
  }
}
