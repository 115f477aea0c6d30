import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startLoop } from './loop.ts';

/** Longer than any test. */
const LONG_MS = 600_000;

/** A loop whose steps end when they are told to, by how long to rest. */
function start() {
  const ends: ((restMs: number) => void)[] = [];
  const loop = startLoop(
    () => new Promise((resolve) => void ends.push(resolve)),
    (error) => expect.fail(String(error)),
  );
  return {
    loop,
    steps: () => ends.length,
    /** Ends the step that goes on. */
    end: (restMs: number): Promise<void> => {
      ends.at(-1)?.(restMs);
      return turn();
    },
  };
}

test('goes on at once while there is more, then rests until it is woken', async () => {
  const { loop, steps, end } = start();
  await end(0);
  await end(0);
  expect(steps()).toBe(3);
  await end(LONG_MS);
  expect(steps()).toBe(3);
  expect(loop.wake()).toBe(true);
  expect(loop.wake()).toBe(false);
  await turn();
  expect(steps()).toBe(4);
  await end(LONG_MS);
  expect(steps()).toBe(4);
  await loop.stop();
});

test('who is woken while it looks looks again', async () => {
  const { loop, steps, end } = start();
  expect(loop.wake()).toBe(false);
  await end(LONG_MS);
  expect(steps()).toBe(2);
  await end(LONG_MS);
  expect(steps()).toBe(2);
  await loop.stop();
});

test('ends when what was begun has ended, and does not rest first', async () => {
  const { loop, steps, end } = start();
  let isStopped = false;
  const stopping = loop.stop().then(() => (isStopped = true));
  await turn();
  expect(isStopped).toBe(false);
  await end(LONG_MS);
  await stopping;
  expect(steps()).toBe(1);
});

test('a failure is reported, and the next step comes a second later', async () => {
  const startedAt: number[] = [];
  const errors: unknown[] = [];
  const loop = startLoop(
    async () => {
      startedAt.push(performance.now());
      if (startedAt.length === 1) throw new Error('away');
      return LONG_MS;
    },
    (error) => errors.push(error),
  );
  await expect.poll(() => startedAt.length, { timeout: 5_000 }).toBe(2);
  await loop.stop();
  expect(startedAt[1]! - startedAt[0]!).toBeGreaterThan(990);
  expect(errors).toEqual([new Error('away')]);
});
