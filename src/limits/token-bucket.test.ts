import { expect, test } from 'vitest';
import { type Rate, TokenBucket } from './token-bucket.ts';

const RATE: Rate = { burst: 5, perSecond: 4 };

const takeAll = (bucket: TokenBucket, now: number, rate = RATE): number => {
  let taken = 0;
  while (bucket.take(rate, now) === 0) taken += 1;
  return taken;
};

test.each([0, 7, 123_456.789, 1e12])('a burst at %d, and then as long a wait as it says', (now) => {
  const bucket = new TokenBucket();
  expect(takeAll(bucket, now)).toBe(5);
  expect(bucket.take(RATE, now)).toBe(250);
  expect(bucket.take(RATE, now + 100)).toBe(150);
  expect(bucket.take(RATE, now + 248)).toBeGreaterThan(0);
  expect(bucket.take(RATE, now + 250)).toBe(0);
  expect(bucket.take(RATE, now + 250)).toBe(250);
});

test('what is refused costs nothing', () => {
  const bucket = new TokenBucket();
  takeAll(bucket, 0);
  for (let now = 0; now < 200; now += 1) bucket.take(RATE, now);
  expect(takeAll(bucket, 250)).toBe(1);
});

test('it is full again after burst / perSecond, and never fuller', () => {
  const bucket = new TokenBucket();
  takeAll(bucket, 0);
  expect(takeAll(bucket, 1_250)).toBe(5);
  expect(takeAll(bucket, 1_000_000)).toBe(5);
});

test('exactly the rate passes for ever', () => {
  const bucket = new TokenBucket();
  takeAll(bucket, 0);
  for (let i = 1; i < 10_000; i += 1) expect(bucket.take(RATE, i * 250)).toBe(0);
});

test('a rate that is no whole number of milliseconds', () => {
  const rate = { burst: 60, perSecond: 60 / 3_600 };
  const bucket = new TokenBucket();
  expect(takeAll(bucket, 0, rate)).toBe(60);
  expect(bucket.take(rate, 0)).toBe(60_000);
  expect(takeAll(new TokenBucket(), 0.1, { burst: 7, perSecond: 7 })).toBe(7);
});
