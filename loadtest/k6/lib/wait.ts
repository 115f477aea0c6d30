import { setTimeout } from 'k6/timers';

const POLL_MS = 100;

/** k6's own `sleep` stops the VU's event loop. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });

/** @param deadline when it returns anyway, in ms */
export async function until(isDone: () => boolean, deadline: number): Promise<void> {
  while (!isDone() && Date.now() < deadline) await sleep(POLL_MS);
}
