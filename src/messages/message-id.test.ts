import { expect, test } from 'vitest';
import { readUuid } from '../lib/uuid.ts';
import { writeMessageId } from './message-id.ts';

function messageId(now = Date.now()): string {
  const bytes = Buffer.alloc(20);
  expect(writeMessageId(bytes, 2, now)).toBe(18);
  return readUuid(bytes, 2);
}

test('is a UUIDv7: version and variant', () => {
  for (let i = 0; i < 5_000; i += 1) {
    expect(messageId()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});

test('all four variant nibbles occur: their two bits are random', () => {
  const nibbles = new Set(Array.from({ length: 1_000 }, () => messageId()[19]));
  expect(nibbles).toEqual(new Set(['8', '9', 'a', 'b']));
});

test('begins with the time in milliseconds', () => {
  const now = Date.UTC(2026, 0, 1, 12);
  expect(Number.parseInt(messageId(now).replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  expect(messageId(1).slice(0, 13)).toBe('00000000-0001');
  const before = Date.now();
  const time = Number.parseInt(messageId().replaceAll('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test('is unique over 100,000 of one millisecond', () => {
  const now = Date.now();
  const ids = new Set(Array.from({ length: 100_000 }, () => messageId(now)));
  expect(ids.size).toBe(100_000);
});

test('sorts by time', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => messageId(Date.UTC(2026, 0, 1) + i * 7));
  // Without a comparison, sort() compares text, which is what ids are compared as.
  // oxlint-disable-next-line typescript/require-array-sort-compare
  expect(ids.toSorted()).toEqual(ids);
});
