import { Timer } from '../async/timer.ts';

/** Also while frames come: a pong brings a newer cursor. */
const PING_MS = 25_000;
const ANSWER_MS = 10_000;

export interface HeartbeatParts {
  ping(): void;
  /** Nothing came in time. */
  onSilence(): void;
}

/** Finds out when a socket is half-open. */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #next = new Timer();
  readonly #deadline = new Timer();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Something must come, at the latest after this time. */
  expect(withinMs = ANSWER_MS): void {
    this.#deadline.set(withinMs, () => this.#parts.onSilence());
  }

  heard(): void {
    this.#deadline.clear();
  }

  /** Pings from now on. */
  start(): void {
    this.#next.set(PING_MS, () => this.check());
  }

  /** Pings at once. */
  check(withinMs?: number): void {
    this.#parts.ping();
    this.expect(withinMs);
    this.start();
  }

  stop(): void {
    this.#next.clear();
    this.#deadline.clear();
  }
}
