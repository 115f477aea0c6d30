import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

const counted = () => {
  let made = 0;
  return new RecentMap(1_000, () => (made += 1));
};

test('one value for each key, made when first asked for', () => {
  const map = counted();
  expect([map.get('a', 0), map.get('b', 1), map.get('a', 2)]).toEqual([1, 2, 1]);
});

test('what is asked for within the time is kept for ever', () => {
  const map = counted();
  for (let now = 0; now < 20_000; now += 900) expect(map.get('a', now)).toBe(1);
});

test('what nobody asks for is forgotten after twice the time at most', () => {
  const map = counted();
  for (let i = 0; i < 100; i += 1) map.get(`old ${i}`, 0);
  map.get('a', 1_001);
  map.get('a', 2_002);
  expect(map.size).toBe(1);
  map.get('a', 9_000);
  expect(map.size).toBe(1);
  expect(map.get('old 1', 9_001)).toBeGreaterThan(100);
});
