import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('lets so many pass in a turn, in order, and the next ones in the next', async () => {
  const turn = createTurns(2);
  const passed: number[] = [];
  for (const n of [1, 2, 3, 4, 5]) void turn().then(() => passed.push(n));
  const seen: number[][] = [];
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push([...passed]);
  }
  expect(seen).toEqual([
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]);
});

test('who comes later passes too', async () => {
  const turn = createTurns(1);
  await turn();
  await expect(Promise.all([turn(), turn()])).resolves.toHaveLength(2);
});
