import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Renewed } from './renewed.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

function numbers() {
  let count = 0;
  const renewed = new Renewed(async () => ({ value: (count += 1), keepMs: 1_000 }), 10_000);
  return { renewed, count: () => count };
}

describe('what is good for a time', () => {
  test('is made once for all who want it, and again when its time is over', async () => {
    const { renewed } = numbers();
    expect(await Promise.all([renewed.get(), renewed.get(), renewed.get()])).toEqual([1, 1, 1]);
    later(999);
    expect(await renewed.get()).toBe(1);
    later(1);
    expect(await Promise.all([renewed.get(), renewed.get()])).toEqual([2, 2]);
  });

  test('is made anew when the clock was set back', async () => {
    const { renewed } = numbers();
    await renewed.get();
    later(-1_000);
    expect(await renewed.get()).toBe(1);
    later(-3_600_000);
    expect(await renewed.get()).toBe(2);
  });

  test('is replaced once for all who were refused, then not for a while', async () => {
    const { renewed, count } = numbers();
    const first = await renewed.get();
    expect(await Promise.all([renewed.replace(first), renewed.replace(first)])).toEqual([2, 2]);
    expect(await renewed.replace(first)).toBe(2);
    expect(await renewed.replace(2)).toBeUndefined();
    later(10_000);
    expect(await renewed.replace(await renewed.get())).toBe(4);
    expect(count()).toBe(4);
  });

  test('is tried again after a failure', async () => {
    const make = vi
      .fn<() => Promise<{ value: string; keepMs: number }>>()
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue({ value: 'here', keepMs: 1_000 });
    const renewed = new Renewed(make, 0);
    const both = await Promise.allSettled([renewed.get(), renewed.get()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(make).toHaveBeenCalledTimes(1);
    expect(await renewed.get()).toBe('here');
  });
});
