import { expect, test } from 'vitest';
import { createBatcher } from './batcher.ts';

/** Batches that end when they are told to. */
function gated() {
  const batches: number[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const run = (inputs: readonly number[]) =>
    new Promise<string[]>((resolve, reject) => {
      batches.push([...inputs]);
      ends.push((error) => (error === undefined ? resolve(inputs.map(String)) : reject(error)));
    });
  return { batches, run, end: (error?: Error) => ends.shift()?.(error) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked in one turn is asked together, and each gets its own answer', async () => {
  const { batches, run, end } = gated();
  const ask = createBatcher(run, { maxSize: 10, maxRunning: 1 });
  const answers = Promise.all([ask(1), ask(2), ask(3)]);
  await turn();
  expect(batches).toEqual([[1, 2, 3]]);
  end();
  expect(await answers).toEqual(['1', '2', '3']);
});

test('no batch is larger, and no more run at once, than allowed; the rest follows', async () => {
  const { batches, run, end } = gated();
  const ask = createBatcher(run, { maxSize: 2, maxRunning: 2 });
  const answers = Promise.all([1, 2, 3, 4, 5].map(ask));
  await turn();
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  end();
  await turn();
  expect(batches).toHaveLength(3);
  end();
  end();
  expect(await answers).toEqual(['1', '2', '3', '4', '5']);
});

test('a batch that fails fails for those in it alone', async () => {
  const { run, end } = gated();
  const ask = createBatcher(run, { maxSize: 1, maxRunning: 2 });
  const answers = Promise.allSettled([ask(1), ask(2)]);
  await turn();
  end(new Error('away'));
  end();
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
