import { expect, test } from 'vitest';
import { Disposer } from './disposer.ts';

test('releases last-in first-out, one after the other', async () => {
  const order: string[] = [];
  const disposer = new Disposer();
  disposer.defer(() => order.push('first'));
  disposer.defer(async () => {
    order.push('second begins');
    await Promise.resolve();
    order.push('second ends');
  });
  disposer.defer(() => order.push('third'));
  await disposer[Symbol.asyncDispose]();
  expect(order).toEqual(['third', 'second begins', 'second ends', 'first']);
});

test('a failing release keeps no other from running; all failures are thrown', async () => {
  const order: string[] = [];
  const [early, late] = [new Error('early'), new Error('late')];
  const disposer = new Disposer();
  disposer.defer(() => order.push('first'));
  disposer.defer(() => {
    throw early;
  });
  disposer.defer(() => order.push('second'));
  disposer.defer(() => Promise.reject(late));
  const failure: unknown = await disposer[Symbol.asyncDispose]().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toEqual([late, early]);
  expect(order).toEqual(['second', 'first']);
});

test('releases each thing once', async () => {
  let released = 0;
  const disposer = new Disposer();
  disposer.defer(() => (released += 1));
  await disposer[Symbol.asyncDispose]();
  await disposer[Symbol.asyncDispose]();
  expect(released).toBe(1);
});

test('releases also what is deferred while it disposes', async () => {
  const order: string[] = [];
  const disposer = new Disposer();
  disposer.defer(() => order.push('outer'));
  disposer.defer(() => disposer.defer(() => order.push('inner')));
  await disposer[Symbol.asyncDispose]();
  expect(order).toEqual(['inner', 'outer']);
});

test('releases at once what is deferred when it has disposed', async () => {
  const disposer = new Disposer();
  await disposer[Symbol.asyncDispose]();
  let released = false;
  disposer.defer(() => {
    released = true;
    throw new Error('nobody is left to hear of it');
  });
  await expect.poll(() => released).toBe(true);
});
