import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createQueues } from './queues.ts';

test('those of one key wait for each other, whatever becomes of them; others do not', async () => {
  const queue = createQueues();
  const log: string[] = [];
  const add = (key: string, name: string, ms = 0) =>
    queue(key, async () => {
      await sleep(ms);
      log.push(name);
    });
  const first = add('a', 'a1', 50);
  const failing = queue('a', () => Promise.reject(new Error('broken')));
  const last = add('a', 'a2');
  await add('b', 'b1');
  await first;
  await expect(failing).rejects.toThrow('broken');
  await last;
  await add('a', 'a3');
  expect(log).toEqual(['b1', 'a1', 'a2', 'a3']);
});
