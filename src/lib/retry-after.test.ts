import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-29T02:00:00Z');

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 29 Nov 2026 02:01:30 GMT', 90_000],
  ['Sunday, 29-Nov-26 02:01:30 GMT', 90_000],
  ['Sun Nov 29 02:01:30 2026 GMT', 90_000],
  // Over already.
  ['Sun, 29 Nov 2026 01:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['1e9', undefined],
  ['99999999999999', undefined],
  ['soon', undefined],
  ['Never, ever', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j is %j ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});
