import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ParleyError } from '../errors.ts';
import { openLink } from '../link/open-link.ts';
import { makeToken } from '../link/testing/make-token.ts';
import { createRecorder } from '../link/testing/recorder.ts';
import { FakeLink } from '../state/testing/fake-link.ts';
import type { ClientOptions } from '../client-options.ts';
import { Rest } from './rest.ts';

let answers: (Response | Error)[];
let tokens: string[];
let closing: AbortController;
let link: FakeLink;
let rest: Rest;
let fetcher: typeof fetch;
beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  tokens = [];
  closing = new AbortController();
  link = new FakeLink({
    onState: nothing,
    onUser: nothing,
    onFrame: nothing,
    onUp: nothing,
    onDown: nothing,
    onMuted: nothing,
    onTab: nothing,
  });
  fetcher = (_: unknown, init?: RequestInit): Promise<Response> => {
    tokens.push(new Headers(init?.headers).get('authorization') ?? '');
    const next = answers.shift();
    if (next instanceof Response) return Promise.resolve(next);
    if (next) return Promise.reject(next);
    // None: it hangs.
    return new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
    );
  };
  rest = new Rest('http://parley', fetcher, link, closing.signal);
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = (): void => undefined;
const problem = (status: number, code: string, retryAfterMs?: number): Response =>
  Response.json({ code, detail: `it is ${code}`, retryAfterMs }, { status });
const thrownBy = (called: Promise<unknown>): Promise<unknown> =>
  called.catch((error: unknown) => error);
const ok = (): Response => Response.json({ id: 1 });

test('a token that is refused is renewed once', async () => {
  answers = [problem(401, 'unauthenticated'), ok()];
  expect(await rest.call('x')).toEqual({ id: 1 });
  expect(tokens).toEqual(['Bearer token 1', 'Bearer token 2']);
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated'), ok()];
  await expect(rest.call('x')).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(answers).toHaveLength(1);
});

test('of a renewed token it is told when the server has taken it, whatever the answer', async () => {
  answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')];
  await thrownBy(rest.call('x'));
  expect(link.proofs).toBe(0);
  answers = [problem(401, 'unauthenticated'), ok()];
  await rest.call('x');
  expect(link.proofs).toBe(1);
  answers = [problem(401, 'unauthenticated'), problem(403, 'not_authorized')];
  await thrownBy(rest.call('x'));
  expect(link.proofs).toBe(2);
});

test('without a socket a token that is refused can be renewed again an hour later', async () => {
  const token = vi.fn<ClientOptions['token']>(() => makeToken());
  const alone = openLink(
    { url: 'http://parley', token, WebSocket, tabId: 'a', shareSocket: false },
    createRecorder(),
  );
  rest = new Rest('http://parley', fetcher, alone, closing.signal);
  for (let i = 0; i < 3; i += 1) {
    answers = [problem(401, 'unauthenticated'), ok()];
    expect(await rest.call('x')).toEqual({ id: 1 });
    vi.advanceTimersByTime(3_000_000);
  }
  expect(token.mock.calls.map(([{ reason }]) => reason)).toEqual([
    'connect',
    'rejected',
    'rejected',
    'rejected',
  ]);
  alone.close();
});

test.each([
  [429, 'rate_limited'],
  [503, 'unavailable'],
])('%i: waits as told and asks again, but not for ever', async (status, code) => {
  answers = [problem(status, code, 900), ok()];
  const called = rest.call('x');
  await vi.advanceTimersByTimeAsync(899);
  expect(tokens).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await called).toEqual({ id: 1 });
  answers = [1, 2, 3, 4].map(() => problem(status, code, 900));
  const failing = thrownBy(rest.call('x'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await failing).toMatchObject({ code, retryAfterMs: 900 });
  expect(answers).toHaveLength(1);
});

test('who would have to wait long is told so', async () => {
  answers = [problem(429, 'rate_limited', 3_600_000)];
  await expect(rest.call('x')).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
});

test.each([
  ['a page of a proxy', new Response('<html>', { status: 200 }), 'bad_answer'],
  ['a page of a proxy, as an error', new Response('<html>', { status: 404 }), 'bad_answer'],
  ['a code that is not known', problem(400, 'new_code'), 'bad_answer'],
  ['a refusal', problem(403, 'not_authorized'), 'not_authorized'],
  ['no answer', new TypeError('fetch failed'), 'network'],
])('%s', async (_, answer, code) => {
  answers = [answer];
  const error = await thrownBy(rest.call('x'));
  expect(error).toBeInstanceOf(ParleyError);
  expect(error).toMatchObject({ code });
});

test('an abort ends it with its reason, also while it waits', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const hanging = thrownBy(rest.call('x', first.signal));
  await vi.advanceTimersByTimeAsync(0);
  first.abort('no more');
  expect(await hanging).toBe('no more');
  answers = [problem(503, 'unavailable', 900)];
  const waiting = thrownBy(rest.call('x', second.signal));
  await vi.advanceTimersByTimeAsync(100);
  second.abort('enough');
  expect(await waiting).toBe('enough');
});

test('closing ends all', async () => {
  const hanging = thrownBy(rest.call('x'));
  await vi.advanceTimersByTimeAsync(0);
  closing.abort(new ParleyError('closed', 'closed'));
  expect(await hanging).toMatchObject({ code: 'closed' });
});
