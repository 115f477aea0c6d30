import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watch } from './watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const options = { everyMs: 1_000, maxUnanswered: 3 };

test('what answers is left alone, late and now and then', async () => {
  const hangs = vi.fn<() => void>();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return asked % 3 === 0 ? Promise.resolve() : Promise.reject(new Error('busy'));
  };
  const end = watch(ask, hangs, options);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toBe(30);
  expect(hangs).not.toHaveBeenCalled();
  end();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toBe(30);
});

test('what does not answer three times hangs, which is said once', async () => {
  const hangs = vi.fn<() => void>();
  watch(() => new Promise(() => undefined), hangs, options);
  await vi.advanceTimersByTimeAsync(3_999);
  expect(hangs).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(hangs).toHaveBeenCalledOnce();
});
