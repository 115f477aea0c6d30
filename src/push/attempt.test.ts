import { describe, expect, test } from 'vitest';
import { PushFailure, attempt, reasonOf, retryLater } from './attempt.ts';

const failing = (error: unknown) =>
  attempt(1_000, async () => {
    throw error;
  });

describe('an attempt', () => {
  test('gives what came of it', async () => {
    expect(await attempt(1_000, () => Promise.resolve({ kind: 'sent' }))).toEqual({ kind: 'sent' });
    expect(await failing(new PushFailure({ kind: 'gone' }))).toEqual({ kind: 'gone' });
  });

  test('that breaks off is for another time, and says no more than how', async () => {
    const secret = 'https://push.example/secret';
    const coded = Object.assign(new Error(secret), { code: 'ECONNRESET' });
    expect(await failing(coded)).toEqual({ kind: 'retry', reason: 'ECONNRESET' });
    expect(await failing(new TypeError(secret))).toEqual({ kind: 'retry', reason: 'TypeError' });
    expect(await failing(secret)).toEqual({ kind: 'retry', reason: 'unknown error' });
  });

  test('that takes too long is told so, and given up', async () => {
    let isAborted = false;
    const result = await attempt(20, (signal) => {
      signal.addEventListener('abort', () => (isAborted = true));
      return new Promise(() => undefined);
    });
    expect(result).toEqual({ kind: 'retry', reason: 'timeout' });
    expect(isAborted).toBe(true);
  });
});

test('a reason has a code in it only when it looks like one', () => {
  expect(reasonOf(403, 'InvalidProviderToken')).toBe('403 InvalidProviderToken');
  for (const code of ['two words', 'x'.repeat(51), '', 5, null, {}])
    expect(reasonOf(403, code)).toBe('403');
});

test('what a provider asks for goes before what is usual', () => {
  expect(retryLater('429', '5', 60_000)).toEqual({ kind: 'retry', reason: '429', afterMs: 5_000 });
  expect(retryLater('429', undefined, 60_000)).toMatchObject({ afterMs: 60_000 });
  expect(retryLater('503', 'soon')).toEqual({ kind: 'retry', reason: '503' });
});
