import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

const options = { firstMs: 1_000, maxMs: 30_000, forgetAfterMs: 60_000 };

test('waits double from the shortest, each with up to as much again, and stay below the longest', () => {
  const next = createBackoff(options);
  for (const base of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]) {
    const wait = next(0);
    expect(wait).toBeGreaterThanOrEqual(base);
    expect(wait).toBeLessThanOrEqual(Math.min(2 * base, 30_000));
  }
});

test('two that fail together come back apart', () => {
  const waits = new Set(Array.from({ length: 20 }, () => createBackoff(options)(0)));
  expect(waits.size).toBeGreaterThan(10);
});

test('whoever was well for long enough starts over', () => {
  const next = createBackoff(options);
  for (let i = 0; i < 5; i += 1) next(59_999);
  expect(next(59_999)).toBeGreaterThanOrEqual(15_000);
  expect(next(60_000)).toBeLessThanOrEqual(2_000);
});
