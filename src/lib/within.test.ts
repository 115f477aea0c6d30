import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TimeoutError, within } from './within.ts';

test('what comes in time is passed on, errors too', async () => {
  expect(await within(1_000, Promise.resolve(1))).toBe(1);
  await expect(within(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('what takes longer is given up', async () => {
  const late = sleep(50).then(() => Promise.reject(new Error('late')));
  await expect(within(10, late)).rejects.toThrow(TimeoutError);
  // Nobody is told of it any more.
  await expect(late).rejects.toThrow('late');
});
