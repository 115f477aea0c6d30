import { beforeEach, expect, test } from 'vitest';
import { type Authenticate, AuthError } from './authenticate.ts';
import { rememberTokens } from './remember.ts';

let now: number;
let checked: string[];
let isValid: boolean;
let authenticate: Authenticate;

/** Tokens are `name:expiresAt`. */
beforeEach(() => {
  now = 1_000_000;
  checked = [];
  isValid = true;
  authenticate = rememberTokens(
    async (token) => {
      checked.push(token);
      if (!isValid) throw new AuthError('the token is not valid');
      const [userId = '', expiresAt] = token.split(':');
      return { userId, expiresAt: Number(expiresAt) };
    },
    () => now,
  );
});

test('a token is checked once', async () => {
  const first = await authenticate('a:9000000');
  expect(await authenticate('a:9000000')).toEqual(first);
  expect((await authenticate('b:9000000')).userId).toBe('b');
  expect(checked).toEqual(['a:9000000', 'b:9000000']);
});

test('it is checked again at its exp, and after a minute', async () => {
  const short = 'a:1000100';
  const long = 'b:9000000';
  for (const token of [short, long]) await authenticate(token);
  isValid = false;
  now = 1_000_099;
  expect((await authenticate(short)).userId).toBe('a');
  now = 1_000_100;
  await expect(authenticate(short)).rejects.toThrow(AuthError);
  now = 1_059_999;
  expect((await authenticate(long)).userId).toBe('b');
  now = 1_060_000;
  await expect(authenticate(long)).rejects.toThrow(AuthError);
});

test('what is not valid is not remembered', async () => {
  isValid = false;
  await expect(authenticate('a:9000000')).rejects.toThrow(AuthError);
  isValid = true;
  expect((await authenticate('a:9000000')).userId).toBe('a');
});

test('of too many the oldest go', async () => {
  for (let i = 0; i <= 10_000; i += 1) await authenticate(`${i}:9000000`);
  checked = [];
  await authenticate('10000:9000000');
  await authenticate('1:9000000');
  expect(checked).toEqual([]);
  await authenticate('0:9000000');
  expect(checked).toEqual(['0:9000000']);
});
