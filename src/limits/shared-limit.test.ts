import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Disposer } from '../lib/disposer.ts';
import { type SharedRate, perWindow } from './rates.ts';
import { SharedLimit } from './shared-limit.ts';

const RATE: SharedRate = { burst: 50, perSecond: 10, windowS: 10, untold: 20 };
const HOUR = 3_600_000;

let disposer: Disposer;
beforeEach(() => {
  disposer = new Disposer();
});
afterEach(async () => {
  await disposer[Symbol.asyncDispose]();
  vi.useRealTimers();
});

/** What Redis would add up, and what it answers. */
function ledger(answer = 0) {
  const charged: [string, number][] = [];
  const charge = (key: string, points: number): Promise<number> => {
    charged.push([key, points]);
    return Promise.resolve(answer);
  };
  return { charged, limit: new SharedLimit(RATE, charge, disposer) };
}

const takeMany = (limit: SharedLimit, count: number, key: string, now: number): number[] =>
  Array.from({ length: count }, () => limit.take(key, now));

test('a burst, then a wait; each key has its own', () => {
  const { limit } = ledger();
  expect(takeMany(limit, 50, 'a', HOUR).every((wait) => wait === 0)).toBe(true);
  expect(limit.take('a', HOUR)).toBe(100);
  expect(limit.take('b', HOUR)).toBe(0);
});

test('a trickle is told nobody; what is beyond it is told once', () => {
  const { limit, charged } = ledger();
  takeMany(limit, 20, 'a', HOUR);
  limit.settle();
  expect(charged).toEqual([]);
  takeMany(limit, 15, 'a', HOUR);
  limit.settle();
  limit.settle();
  expect(charged).toEqual([['a', 15]]);
  takeMany(limit, 5, 'a', HOUR + 100);
  limit.settle();
  expect(charged).toEqual([
    ['a', 15],
    ['a', 5],
  ]);
});

test('a new window begins with a trickle again', () => {
  const { limit, charged } = ledger();
  for (let i = 0; i < 100; i += 1) limit.take('a', HOUR + i * 1_000);
  limit.settle();
  expect(charged).toEqual([]);
});

test('who had too much on all nodes is refused until the window ends', async () => {
  const { limit } = ledger(4_000);
  const now = performance.now();
  takeMany(limit, 30, 'a', now);
  limit.settle();
  await expect.poll(() => limit.take('a')).toBeGreaterThan(3_000);
  expect(limit.take('a', now + 9_000)).toBe(0);
});

test('a charge that fails leaves the bucket of this node', async () => {
  const limit = new SharedLimit(RATE, () => Promise.reject(new Error('away')), disposer);
  takeMany(limit, 50, 'a', HOUR);
  limit.settle();
  await new Promise((resolve) => setImmediate(resolve));
  expect(limit.take('a', HOUR)).toBe(100);
  expect(limit.take('a', HOUR + 100)).toBe(0);
});

test('who is on one node alone never has more than a window holds', () => {
  const { limit, charged } = ledger();
  for (let now = HOUR; now < HOUR + 10_500; now += 20) limit.take('a', now);
  limit.settle();
  const told = charged.reduce((sum, [, points]) => sum + points, 0);
  expect(told).toBeGreaterThan(100);
  expect(told).toBeLessThanOrEqual(perWindow(RATE));
});

test('who is on three nodes has little more than that', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  const windowEnds = performance.now() + RATE.windowS * 1_000;
  let told = 0;
  const charge = (_: string, points: number): Promise<number> => {
    told += points;
    return Promise.resolve(told > perWindow(RATE) ? windowEnds - performance.now() : 0);
  };
  const limits = Array.from({ length: 3 }, () => new SharedLimit(RATE, charge, disposer));
  let passed = 0;
  while (performance.now() < windowEnds) {
    for (const limit of limits)
      passed += takeMany(limit, 2, 'a', performance.now()).filter((wait) => wait === 0).length;
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(passed).toBeGreaterThan(perWindow(RATE));
  // What they don't tell each other, and what passes before they have.
  const more = limits.length * (RATE.untold + RATE.perSecond);
  expect(passed).toBeLessThanOrEqual(perWindow(RATE) + more);
});
