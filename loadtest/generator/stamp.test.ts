import { expect, test } from 'vitest';
import { CONTENT_BYTES, STAMP_BYTES, nowUs, readSender, readUs, writeStamp } from './stamp.ts';

const AROUND = 5;

test.each([
  [0, 0],
  [1, 1],
  [2 ** 24 - 1, 2 ** 24 - 1],
  [2 ** 24, 499],
  [2 ** 31, 40_000],
  [2 ** 32 + 1, 2 ** 23],
  [2 ** 48 - 1, 7],
])('%i µs by sender %i come back as they were', (us, sender) => {
  const bytes = Buffer.alloc(CONTENT_BYTES + AROUND, 'x');
  writeStamp(bytes, AROUND, us, sender);
  expect(readUs(bytes, AROUND)).toBe(us);
  expect(readSender(bytes, AROUND)).toBe(sender);
});

test('it is of hexadecimal digits alone, and nothing around it is touched', () => {
  const bytes = Buffer.alloc(CONTENT_BYTES + AROUND, 'x');
  writeStamp(bytes, AROUND, 0xab_cdef_0123, 0x45_6789);
  const text = bytes.toString();
  expect(text.slice(AROUND, AROUND + STAMP_BYTES)).toBe('00abcdef0123456789');
  expect(text.replace('00abcdef0123456789', '')).toMatch(/^x+$/);
});

test('parts of a microsecond are left out', () => {
  const bytes = Buffer.alloc(STAMP_BYTES);
  for (const us of [0.9, 2 ** 24 - 0.1, 2 ** 40 + 0.5]) {
    writeStamp(bytes, 0, us, 1);
    expect(readUs(bytes, 0)).toBe(Math.floor(us));
  }
});

test("now is the machine's monotonic clock", () => {
  const before = Number(process.hrtime.bigint() / 1_000n);
  const now = nowUs();
  const after = Number(process.hrtime.bigint() / 1_000n);
  // Two clocks of one source, read by way of floating-point numbers.
  expect(now).toBeGreaterThan(before - 100);
  expect(now).toBeLessThan(after + 100);
});
