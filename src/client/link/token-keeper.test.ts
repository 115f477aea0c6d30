import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ParleyError } from '../errors.ts';
import type { ClientOptions, TokenRequest } from '../client-options.ts';
import { makeToken, USER } from './testing/make-token.ts';
import { TokenKeeper } from './token-keeper.ts';

const HOUR_MS = 3_600_000;
/** The server's. */
const now = (): number => Math.floor(Date.now() / 1_000);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T12:00:00Z') });
});

afterEach(() => {
  vi.useRealTimers();
});

function keep(provide: ClientOptions['token'] = () => makeToken()) {
  const provider = vi.fn<ClientOptions['token']>(provide);
  const onUser = vi.fn<(userId: string) => void>();
  const keeper = new TokenKeeper(provider, onUser);
  const reasons = (): string[] => provider.mock.calls.map(([{ reason }]) => reason);
  return { keeper, provider, onUser, reasons };
}

describe('how long it is kept', () => {
  test.each([
    ['an hour', 3_600, HOUR_MS - 30_000],
    ['a minute', 60, 54_000],
    ['four seconds', 4, 3_600],
  ])('%s', async (_, exp, dueMs) => {
    const { keeper, reasons } = keep(() => makeToken({ exp: now() + exp }));
    expect(keeper.dueMs).toBe(0);
    const first = await keeper.get('connect');
    expect(keeper.dueMs).toBe(dueMs);
    vi.advanceTimersByTime(dueMs - 1);
    expect(await keeper.get('expiry')).toBe(first);
    vi.advanceTimersByTime(1);
    expect(await keeper.get('expiry')).not.toBe(first);
    expect(reasons()).toEqual(['connect', 'expiry']);
  });

  test('ten minutes that are over: it is of use for the rest', async () => {
    const { keeper } = keep(() => makeToken({ iat: now() - 540, exp: now() + 60 }));
    await keeper.get('connect');
    expect(keeper.dueMs).toBe(54_000);
  });
});

describe('the clock of the device', () => {
  test.each([
    ['an hour ahead', 3_600],
    ['a year behind', -365 * 24 * 3_600],
  ])('%s: the lifetime counts', async (_, ahead) => {
    const { keeper } = keep(() => makeToken({ iat: now() - ahead, exp: now() - ahead + 600 }));
    await keeper.get('connect');
    expect(keeper.dueMs).toBe(570_000);
  });

  test('ahead, and the token does not say when it was made: it is kept until it is refused', async () => {
    const { keeper, provider } = keep(() => makeToken({ iat: undefined, exp: now() - 60 }));
    await keeper.get('connect');
    vi.advanceTimersByTime(24 * HOUR_MS);
    await keeper.get('expiry');
    expect(provider).toHaveBeenCalledTimes(1);
  });

  test('ahead by almost a lifetime: the provider is not asked again and again', async () => {
    const { keeper } = keep(() => makeToken({ iat: now() - 599, exp: now() + 1 }));
    await keeper.get('connect');
    expect(keeper.dueMs).toBe(5_000);
  });

  test('the server tells what time it is', async () => {
    const { keeper } = keep(() => makeToken({ iat: undefined, exp: now() - 60 }));
    await keeper.get('connect');
    keeper.sync(new Date(Date.now() - 180_000).toISOString());
    expect(keeper.dueMs).toBe(90_000);
    keeper.sync('nonsense');
    expect(keeper.dueMs).toBe(90_000);
    keeper.forget(await keeper.get('connect'));
    await keeper.get('connect');
    expect(keeper.dueMs).toBe(108_000);
  });
});

test('whose it is, is told once, in lower case', async () => {
  const sub = USER.toUpperCase();
  const { keeper, onUser } = keep(() => makeToken({ sub }));
  keeper.forget(await keeper.get('connect'));
  await keeper.get('connect');
  expect(onUser.mock.calls).toEqual([[USER]]);
});

test.each([
  ['', 'no token'],
  ['a.b.c', 'no JSON'],
  [makeToken({ exp: undefined }), 'no exp'],
  [makeToken({ sub: 7 }), 'no sub'],
  [undefined as unknown as string, 'nothing'],
])('%j is %s', async (token) => {
  const { keeper } = keep(() => token);
  const error: unknown = await keeper.get('connect').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ParleyError', code: 'invalid_token' });
  // What JSON.parse throws repeats what it read.
  expect(error).not.toHaveProperty('cause');
});

test("another user's token is refused", async () => {
  const subs = [USER, USER.replace(/a$/, 'b')];
  const { keeper } = keep(() => makeToken({ sub: subs.shift() }));
  keeper.forget(await keeper.get('connect'));
  await expect(keeper.get('connect')).rejects.toMatchObject({ code: 'invalid_token' });
});

describe('those who wait', () => {
  let give: (token: string) => void;
  let request: TokenRequest;
  const slow: ClientOptions['token'] = (asked) => {
    request = asked;
    return new Promise((resolve) => (give = resolve));
  };

  test('share one call', async () => {
    const { keeper, provider } = keep(slow);
    const all = [keeper.get('connect'), keeper.get('expiry'), keeper.renew('refused')];
    await vi.advanceTimersByTimeAsync(0);
    give(makeToken());
    expect(new Set(await Promise.all(all)).size).toBe(1);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  test('may leave: the last one ends the call', async () => {
    const { keeper, provider } = keep(slow);
    const [a, b] = [new AbortController(), new AbortController()];
    const all = [keeper.get('connect', a.signal), keeper.get('connect', b.signal)];
    const settled = Promise.allSettled(all);
    await vi.advanceTimersByTimeAsync(0);
    a.abort('a leaves');
    await expect(all[0]).rejects.toBe('a leaves');
    expect(request.signal.aborted).toBe(false);
    b.abort('b leaves');
    await settled;
    expect(request.signal.aborted).toBe(true);
    // What comes too late is not kept.
    give(makeToken());
    await vi.advanceTimersByTimeAsync(0);
    void keeper.get('connect');
    await vi.advanceTimersByTimeAsync(0);
    expect(provider).toHaveBeenCalledTimes(2);
    await expect(keeper.get('connect', a.signal)).rejects.toBe('a leaves');
  });

  test('do not wait for ever', async () => {
    const { keeper } = keep(slow);
    const code = keeper.get('connect').catch((error: ParleyError) => error.code);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await code).toBe('token_provider');
    expect(request.signal.aborted).toBe(true);
  });

  test('are told when all is over', async () => {
    const { keeper } = keep(slow);
    const code = keeper.get('connect').catch((error: ParleyError) => error.code);
    await vi.advanceTimersByTimeAsync(0);
    keeper.close();
    expect(await code).toBe('closed');
    expect(request.signal.aborted).toBe(true);
    await expect(keeper.get('connect')).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a token that was refused', () => {
  test('is replaced once', async () => {
    const { keeper, reasons } = keep();
    const first = await keeper.get('connect');
    const second = await keeper.renew(first);
    expect(second).not.toBe(first);
    // Another request had the first one too.
    expect(await keeper.renew(first)).toBe(second);
    await expect(keeper.renew(second)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(reasons()).toEqual(['connect', 'rejected']);
    // Later is another matter.
    const third = await keeper.get('connect');
    expect(third).not.toBe(second);
    await keeper.renew(third);
  });

  test('when there is another already: that one is asked about next', async () => {
    const { keeper, reasons } = keep();
    const first = await keeper.get('connect');
    vi.advanceTimersByTime(HOUR_MS);
    const second = await keeper.get('expiry');
    expect(await keeper.renew(first)).toBe(second);
    const third = await keeper.renew(second);
    expect(reasons()).toEqual(['connect', 'expiry', 'rejected']);
    await expect(keeper.renew(third)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('and the next one proved itself: is replaced again', async () => {
    const { keeper, reasons } = keep();
    const second = await keeper.renew(await keeper.get('connect'));
    keeper.prove();
    await keeper.renew(second);
    expect(reasons()).toEqual(['connect', 'rejected', 'rejected']);
  });

  test('and there is no other', async () => {
    const token = makeToken();
    const { keeper, provider } = keep(() => token);
    await expect(keeper.renew(await keeper.get('connect'))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    // It is not kept.
    await keeper.get('connect');
    expect(provider).toHaveBeenCalledTimes(3);
  });
});
