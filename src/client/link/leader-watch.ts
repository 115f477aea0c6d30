import { Timer } from '../async/timer.ts';
import type { TabMessage } from './tab-channel.ts';

/** A leader that answers nothing for so long is frozen. */
const ANSWER_MS = 5_000;
/** Its pongs come more often than that. */
const SILENCE_MS = 45_000;

export interface LeaderWatchParts {
  readonly post: (message: TabMessage) => void;
  /** It is the leader no more. */
  readonly onFrozen: () => void;
}

/** Whether the tab that has the socket still answers. */
export class LeaderWatch {
  readonly #parts: LeaderWatchParts;
  readonly #silence = new Timer();
  #isAsking = false;

  constructor(parts: LeaderWatchParts) {
    this.#parts = parts;
  }

  /** @param what the leader shall do; when it does nothing for some time, another one takes its place */
  ask(what: TabMessage['ask'] & string): void {
    this.#parts.post({ ask: what });
    if (this.#isAsking) return;
    this.#isAsking = true;
    // Not all at the same moment.
    const ms = ANSWER_MS + Math.random() * 500;
    this.#silence.set(ms, () => this.#parts.onFrozen());
  }

  heard(): void {
    this.#isAsking = false;
    this.#silence.set(SILENCE_MS, () => this.ask('report'));
  }

  /** There is nobody to be heard. */
  end(): void {
    this.#isAsking = false;
    this.#silence.clear();
  }
}
