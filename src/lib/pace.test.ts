import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('what comes at once is let in at the rate, in order', async () => {
  const pace = createPace(1_000);
  const begun = performance.now();
  const times = await Promise.all(
    [50, 100, 50].map(async (amount) => {
      await pace.take(amount);
      return performance.now() - begun;
    }),
  );
  expect(times[1]).toBeGreaterThanOrEqual(50);
  expect(times[2]).toBeGreaterThanOrEqual(150);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

/** Whether it waits for a turn of the event loop or longer. */
async function waits(work: Promise<void>): Promise<boolean> {
  let turns = 0;
  const immediate = setImmediate(() => (turns += 1));
  await work;
  clearImmediate(immediate);
  return turns > 0;
}

test('the first need not wait, nor one that comes when all is done', async () => {
  const pace = createPace(1_000);
  expect(await waits(pace.take(0))).toBe(false);
  expect(await waits(pace.take(50))).toBe(false);
  expect(await waits(pace.take(0))).toBe(true);
});

test('nobody waits for what is given back', async () => {
  const pace = createPace(10);
  await pace.take(1_000);
  pace.giveBack(1_000);
  expect(await waits(pace.take(1))).toBe(false);
});
