import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps work to a rate: those that come too fast wait, in their order.
 *
 * @param perSecond how much may be done
 * @returns resolves when so much may begin
 */
export function createPace(perSecond: number): (amount: number) => Promise<void> {
  /** When all that was let in is done, in milliseconds. */
  let freeAt = 0;
  return async (amount) => {
    const startsAt = Math.max(freeAt, performance.now());
    freeAt = startsAt + (amount / perSecond) * 1_000;
    // A timer that was set late in a turn of the event loop comes too early.
    for (let wait; (wait = startsAt - performance.now()) > 0;) await sleep(wait);
  };
}
