import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('what comes at once is let in at the rate, in order', async () => {
  const pace = createPace(1_000);
  const begun = performance.now();
  const times = await Promise.all(
    [50, 100, 50].map(async (amount) => {
      await pace(amount);
      return performance.now() - begun;
    }),
  );
  expect(times[1]).toBeGreaterThanOrEqual(50);
  expect(times[2]).toBeGreaterThanOrEqual(150);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('the first need not wait, nor one that comes when all is done', async () => {
  const pace = createPace(1_000);
  let turns = 0;
  setImmediate(() => (turns += 1));
  await pace(0);
  await pace(1_000_000);
  expect(turns).toBe(0);
});
