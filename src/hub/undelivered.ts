import { MAX_UNDELIVERED_MESSAGES, WRITE_TIMEOUT_MS } from '../protocol/limits.ts';

/**
 * Counts what waits for one socket. uWebSockets.js buffers in bytes and tells nothing of messages, so their number is
 * taken from the bytes that wait and the mean size of what was sent since nothing did.
 */
export class Undelivered {
  #messages = 0;
  #bytes = 0;
  #waiting = 0;
  #progressAt = 0;

  /** @returns false when too many may wait: then {@link recount} them */
  add(bytes: number): boolean {
    this.#messages += 1;
    this.#bytes += bytes;
    return this.#messages <= MAX_UNDELIVERED_MESSAGES;
  }

  /**
   * @param waiting the bytes that wait now
   * @returns false when too many wait
   */
  recount(waiting: number): boolean {
    const mean = this.#bytes / this.#messages;
    this.#messages = Math.min(this.#messages, Math.ceil(waiting / mean));
    this.#bytes = this.#messages * mean;
    return this.#messages <= MAX_UNDELIVERED_MESSAGES;
  }

  /**
   * Call it about once a second, with the bytes that wait now.
   *
   * @param now milliseconds, from any clock that does not go back
   * @returns false when the socket took nothing for too long
   */
  check(waiting: number, now: number): boolean {
    // Less waits than before: something was written. What was written while more came is told by `drained`.
    if (waiting === 0 || waiting < this.#waiting || this.#waiting === 0) this.#progressAt = now;
    this.#waiting = waiting;
    return now - this.#progressAt < WRITE_TIMEOUT_MS;
  }

  /** The socket took some of what waited. */
  drained(now: number): void {
    this.#progressAt = now;
  }
}
