import { describe, expect, test } from 'vitest';
import { readSettings } from '../lib/settings.ts';

const DEFAULTS = { vus: 10, duration: '30s', rate: 1, p99Ms: 250 };
const NEEDED = { PARLEY_URL: 'http://a:8080', JWT_SECRET: 'x'.repeat(32) };
const read = (env: Record<string, string>) => readSettings(DEFAULTS, { ...NEEDED, ...env });

test('what is not set, or set to nothing, is as the script has it', () => {
  const settings = {
    urls: ['http://a:8080'],
    secret: NEEDED.JWT_SECRET,
    vus: 10,
    durationMs: 30_000,
    rate: 1,
    settleMs: 30_000,
    liveMs: 250,
  };
  expect(read({})).toEqual(settings);
  expect(read({ VUS: '', DURATION: '', RATE: '', SETTLE: '', P99_MS: '' })).toEqual(settings);
});

test('each variable does as it says', () => {
  const env = { VUS: '20', DURATION: '1h30m5s', RATE: '0.5', SETTLE: '5s', P99_MS: '100' };
  expect(read({ ...env, PARLEY_URL: 'http://a:1/, https://b' })).toMatchObject({
    urls: ['http://a:1', 'https://b'],
    vus: 20,
    durationMs: 5_405_000,
    rate: 0.5,
    settleMs: 5_000,
    liveMs: 100,
  });
});

describe('a mistake says what would be right', () => {
  test.each([
    [{ PARLEY_URL: '' }, 'PARLEY_URL must be http://host:port'],
    [{ PARLEY_URL: 'http://a/path' }, 'PARLEY_URL must be http://host:port'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET must be the secret of the nodes'],
    [{ VUS: '1.5' }, 'VUS must be a number of conversations'],
    [{ VUS: 'many' }, 'VUS must be a number of conversations'],
    [{ DURATION: '30' }, 'DURATION must be a time such as 30s, 5m or 1h30m'],
    [{ VUS: '1000' }, 'DURATION is too short for so many VUS: 50 begin in a second'],
    [{ RATE: '0' }, 'RATE must be messages a second of each user'],
    [{ SETTLE: '0s' }, 'SETTLE must be a time such as 30s'],
    [{ P99_MS: '-1' }, 'P99_MS must be a time in milliseconds'],
  ])('%j', (env, message) => {
    expect(() => read(env)).toThrow(message);
  });
});
