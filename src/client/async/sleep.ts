import { abortable } from './abortable.ts';

/** Rejects with the signal's reason. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  withTimer(ms, (slept) => abortable(slept, signal));

/** Waits for it, but not longer than that. */
export const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  withTimer(ms, (late) => Promise.race([work, late]));

/** @param wait the timer ends with it */
function withTimer<T>(ms: number, wait: (over: Promise<void>) => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return wait(over).finally(() => clearTimeout(timer));
}
