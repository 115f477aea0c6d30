import { createBackoff } from './backoff.ts';

/** So many failures in a row are no accident. */
const FAILURES = 5;
const WAITS = { firstMs: 1_000, maxMs: 60_000, forgetAfterMs: Number.POSITIVE_INFINITY };
/** Whoever asks us to wait is believed up to here, in milliseconds. */
const MAX_ASKED_MS = 3 * 3_600_000;

/**
 * When not to ask somebody else's service anything, as it fails again and again: it recovers sooner, and we have other things to do. For a queue that has
 * one service, and rests while it is away; where there are several, each is tried by a single one first (`push/pausing.ts`).
 */
export interface Pause {
  /** How long nothing should be asked of it, in milliseconds; 0: go on. */
  readonly waitMs: number;
  succeeded(): void;
  /** @param askedMs the service has said that we should wait so long */
  failed(askedMs?: number): void;
}

/** @param now gives milliseconds of a clock that never goes back */
export function createPause(now: () => number = () => performance.now()): Pause {
  let nextMs = createBackoff(WAITS);
  let inARow = 0;
  let until = Number.NEGATIVE_INFINITY;
  return {
    get waitMs() {
      return Math.max(0, until - now());
    },
    succeeded() {
      if (inARow === 0) return;
      inARow = 0;
      nextMs = createBackoff(WAITS);
    },
    failed(askedMs) {
      inARow += 1;
      if (askedMs !== undefined) until = Math.max(until, now() + Math.min(askedMs, MAX_ASKED_MS));
      // What was under way when the pause began says nothing new.
      else if (inARow >= FAILURES && now() >= until) until = now() + nextMs(0);
    },
  };
}
