import { expect, test } from 'vitest';
import { createLanes } from './lanes.ts';

test('so many at once, in the order they came, whatever becomes of them', async () => {
  const lanes = createLanes(2);
  const started: number[] = [];
  const ends: ((fails: boolean) => void)[] = [];
  const works = [0, 1, 2, 3].map((n) =>
    lanes(async () => {
      started.push(n);
      await new Promise<void>((resolve, reject) => {
        ends[n] = (fails) => (fails ? reject(new Error(`work ${n}`)) : resolve());
      });
      return n;
    }),
  );
  const results = Promise.allSettled(works);
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  ends[1]?.(true);
  await expect(works[1]).rejects.toThrow('work 1');
  await expect.poll(() => started).toEqual([0, 1, 2]);
  ends[0]?.(false);
  await expect.poll(() => started).toEqual([0, 1, 2, 3]);
  ends[2]?.(false);
  ends[3]?.(false);
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  await expect(lanes(() => Promise.resolve('free again'))).resolves.toBe('free again');
});
