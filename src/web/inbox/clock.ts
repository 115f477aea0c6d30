import type { ReactiveController } from 'lit';
import type { Host } from './host.ts';

/** The device may sleep, and timers with it. */
const LONGEST_MS = 60_000;
const SHORTEST_MS = 1_000;

/** Renders its element again when a time that it shows is no longer right. */
export class Clock implements ReactiveController {
  readonly #host: Host;
  #next = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#next = Infinity;
  }

  /** To be called at each rendering that shows such a time. */
  changesAt(at: number): void {
    this.#next = Math.min(this.#next, at);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    if (this.#next === Infinity || !this.#host.isConnected) return;
    const wait = Math.min(Math.max(this.#next - Date.now(), SHORTEST_MS), LONGEST_MS);
    this.#timer = setTimeout(() => this.#host.requestUpdate(), wait);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
