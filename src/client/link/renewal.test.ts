import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Renewal } from './renewal.ts';
import { makeToken } from './testing/make-token.ts';
import { TokenKeeper } from './token-keeper.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a token of ten years is left alone: timers of more than 24 days fire too early', async () => {
  const exp = Math.floor(Date.now() / 1_000) + 10 * 365 * 24 * 3_600;
  const provide = vi.fn<() => string>(() => makeToken({ exp }));
  const authenticate = vi.fn<(token: string) => void>();
  const keeper = new TokenKeeper(provide, () => undefined);
  const renewal = new Renewal({ keeper, authenticate, onFail: () => undefined });
  const end = new AbortController();
  renewal.start(await keeper.get('connect'), end.signal);
  await vi.advanceTimersByTimeAsync(100 * 24 * 3_600_000);
  expect(provide).toHaveBeenCalledTimes(1);
  expect(authenticate).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(1);
  end.abort();
  expect(vi.getTimerCount()).toBe(0);
});
