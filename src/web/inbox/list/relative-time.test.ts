import { expect, it } from 'vitest';
import { relativeTime } from './relative-time.ts';

const local = (text: string): number => new Date(text).getTime();
const now = local('2026-06-18T15:30:20');

it.each([
  ['2026-06-18T15:29:30', 'now', '2026-06-18T15:30:30'],
  ['2026-06-18T15:29:20', '1m ago', '2026-06-18T15:31:20'],
  ['2026-06-18T14:31:00', '59m ago', '2026-06-18T15:31:00'],
  ['2026-06-18T14:30:20', '2:30 PM', '2026-06-19T00:00:00'],
  ['2026-06-18T00:00:00', '12:00 AM', '2026-06-19T00:00:00'],
  ['2026-06-17T23:59:59', 'yesterday', '2026-06-19T00:00:00'],
  ['2026-06-12T00:00:00', 'Fri', '2026-06-19T00:00:00'],
  ['2026-06-11T23:59:59', 'Jun 11', '2026-06-19T00:00:00'],
  ['2025-12-31T23:59:59', 'Dec 31, 2025', '2026-06-19T00:00:00'],
])('%s is %s', (at, text, until) => {
  const time = relativeTime(local(at), now, 'en');
  expect(time.text.replace('\u202f', ' ')).toBe(text);
  expect(time.until).toBe(local(until));
});

it('a clock that is ahead says now, and not for longer than that', () => {
  expect(relativeTime(now + 30_000, now, 'en')).toMatchObject({
    text: 'now',
    until: now + 90_000,
  });
});

it('says nothing of what is no time', () => {
  expect(relativeTime(Number.NaN, now, 'en')).toEqual({ text: '', full: '', until: Infinity });
});

it('just after midnight, minutes ago was not yesterday', () => {
  const midnight = local('2026-06-18T00:05:00');
  expect(relativeTime(local('2026-06-17T23:55:00'), midnight, 'en').text).toBe('10m ago');
});

it('speaks the language', () => {
  expect(relativeTime(now - 5 * 60_000, now, 'de').text).toBe('vor 5 Min.');
  expect(relativeTime(now - 24 * 3_600_000, now, 'ar').text).toBe('أمس');
  expect(relativeTime(now - 10 * 24 * 3_600_000, now, 'de').text).toBe('8. Juni');
});
