import { expect, test } from 'vitest';
import { SocketCounts } from './socket-counts.ts';

test('so many for each key; one that goes makes room', () => {
  const counts = new SocketCounts(2);
  expect([counts.add('a'), counts.add('a'), counts.add('a'), counts.add('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  counts.remove('a');
  expect([counts.add('a'), counts.add('a')]).toEqual([true, false]);
});

test('what was never there takes nothing away', () => {
  const counts = new SocketCounts(1);
  counts.remove('a');
  expect([counts.add('a'), counts.add('a')]).toEqual([true, false]);
});
