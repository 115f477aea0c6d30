import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

/** Every value below 300, then those around powers of two and some in between, up to the greatest. */
const VALUES = [
  ...Array.from({ length: 300 }, (_, us) => us),
  ...Array.from({ length: 24 }, (_, i) => 2 ** (i + 9)).flatMap((power) =>
    [power - 1, power, power + 1, Math.floor(power * 1.37), Math.floor(power * 1.99)].filter(
      (us) => us < 2 ** 32,
    ),
  ),
];

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** A prime: no quantile falls between two values. */
const COUNT = 9_973;

/** All buckets end at whole microseconds. */
const quantileUs = (histogram: Histogram, q: number): number =>
  Math.round(histogram.quantileMs(q) * 1_000);

describe('one value', () => {
  test('comes back as it was or up to 1/64 greater, never less', () => {
    for (const us of VALUES) {
      const found = quantileUs(histogramOf([us]), 0.5);
      expect(found, `${us} µs`).toBeGreaterThanOrEqual(us);
      expect(found, `${us} µs`).toBeLessThanOrEqual(us * (1 + 1 / 64));
    }
  });

  test('below 128 µs it is exact, without what is behind the point', () => {
    for (let us = 0; us < 128; us += 1)
      expect(histogramOf([us + 0.9]).quantileMs(1)).toBe(us / 1_000);
  });

  test('below 0, it counts as 0', () => {
    expect(histogramOf([-5]).quantileMs(1)).toBe(0);
    expect(histogramOf([-5]).total).toBe(1);
  });
});

describe('quantiles', () => {
  test('of any values are those of the sorted list, up to 1/64 greater', () => {
    // Latencies of 50 µs to 5 s, more small ones than large: the same in every run.
    const values = Array.from(
      { length: COUNT },
      (_, i) => 50 * 10 ** ((5 * ((i * 7_919) % COUNT)) / COUNT),
    );
    const sorted = values.map(Math.floor).toSorted((a, b) => a - b);
    const histogram = histogramOf(values);
    for (const q of [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
      const found = quantileUs(histogram, q);
      expect(found, `quantile ${q}`).toBeGreaterThanOrEqual(exact);
      expect(found, `quantile ${q}`).toBeLessThanOrEqual(exact * (1 + 1 / 64));
    }
  });

  test('one slow one in a hundred is not in the 99th percentile, two are', () => {
    const fast = Array.from({ length: 99 }, () => 100);
    expect(histogramOf([...fast, 1_000_000]).quantileMs(0.99)).toBe(0.1);
    expect(histogramOf([...fast.slice(1), 1_000_000, 1_000_000]).quantileMs(0.99)).toBeGreaterThan(
      999,
    );
  });

  test('of nothing are not a number', () => {
    expect(new Histogram().quantileMs(0.5)).toBeNaN();
  });
});

test('counts of two processes, added, are those of both', () => {
  const [a, b] = [VALUES.slice(0, 200), VALUES.slice(200)].map(histogramOf);
  const both = new Histogram(a?.counts.slice());
  both.add(b?.counts ?? new Uint32Array());
  expect(both.counts).toEqual(histogramOf(VALUES).counts);
  expect(both.total).toBe(VALUES.length);
});
