import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('what comes at once is let in at the rate, in order; what comes later need not wait', async () => {
  const pace = createPace(1_000);
  const begun = performance.now();
  const times: number[] = [];
  await Promise.all(
    [50, 100, 50].map(async (amount) => {
      await pace(amount);
      times.push(performance.now() - begun);
    }),
  );
  const [first = 0, second = 0, third = 0] = times;
  expect(first).toBeLessThan(45);
  // A timer may be a millisecond early.
  expect(second).toBeGreaterThanOrEqual(49);
  expect(third).toBeGreaterThanOrEqual(149);
  const late = createPace(10);
  await late(0);
  const before = performance.now();
  await late(1_000_000);
  expect(performance.now() - before).toBeLessThan(1_000);
});
