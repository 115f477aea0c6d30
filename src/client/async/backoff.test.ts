import { afterEach, expect, test, vi } from 'vitest';
import { Backoff } from './backoff.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('the bound doubles up to half a minute, and starts over', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff();
  const waits = Array.from({ length: 9 }, () => backoff.next());
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(500);
});

test('a thousand that fail together come back over all of the time', () => {
  const waits = Array.from({ length: 1_000 }, () => new Backoff().next());
  for (const from of [0, 100, 200, 300, 400]) {
    const share = waits.filter((ms) => ms >= from && ms < from + 100).length;
    expect(share).toBeGreaterThan(120);
  }
});
