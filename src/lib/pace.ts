import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps work to a rate: that which comes too fast waits, in its order. */
export interface Pace {
  /** Resolves when so much may begin. */
  take(amount: number): Promise<void>;
  /** So much was taken and not done: others need not wait for it. */
  giveBack(amount: number): void;
}

/** @param perSecond how much may be done */
export function createPace(perSecond: number): Pace {
  /** When all that was let in is done, in milliseconds. */
  let freeAt = 0;
  const toMs = (amount: number): number => (amount / perSecond) * 1_000;
  return {
    async take(amount) {
      const startsAt = Math.max(freeAt, performance.now());
      freeAt = startsAt + toMs(amount);
      // A timer that was set late in a turn of the event loop comes too early.
      for (let wait; (wait = startsAt - performance.now()) > 0;) await sleep(wait);
    },
    giveBack(amount) {
      freeAt -= toMs(amount);
    },
  };
}
