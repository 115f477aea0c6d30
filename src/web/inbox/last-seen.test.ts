import { expect, it } from 'vitest';
import { lastSeen } from './last-seen.ts';
import { ar } from './strings/ar.ts';
import { de } from './strings/de.ts';
import { en } from './strings/en.ts';

const AT = Date.parse('2026-03-01T12:00:00.000Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const away = { online: false, lastSeenAt: new Date(AT).toISOString() };

const after = (age: number) => lastSeen(away, AT + age, en, 'en');

it.each([
  [-5_000, 'Last seen just now', MINUTE],
  [59_999, 'Last seen just now', MINUTE],
  [MINUTE, 'Last seen 1 minute ago', 2 * MINUTE],
  [5.5 * MINUTE, 'Last seen 5 minutes ago', 6 * MINUTE],
  [119 * MINUTE, 'Last seen 1 hour ago', 120 * MINUTE],
  [DAY, 'Last seen 1 day ago', 2 * DAY],
  [20 * DAY, 'Last seen 2 weeks ago', 21 * DAY],
  [70 * DAY, 'Last seen 2 months ago', 90 * DAY],
  [800 * DAY, 'Last seen 2 years ago', 1_095 * DAY],
])('after %d ms: %s', (age, text, until) => {
  expect(after(age)).toEqual({ text, until: AT + until });
});

it('says who is here, and nothing of whom nothing is known', () => {
  expect(lastSeen({ online: true, lastSeenAt: null }, AT, en, 'en')?.text).toBe('Online');
  expect(lastSeen({ online: false, lastSeenAt: null }, AT, en, 'en')).toBeUndefined();
});

it('speaks the reader’s language', () => {
  const at = AT + 5 * MINUTE;
  expect(lastSeen(away, at, de, 'de')?.text).toBe('Zuletzt online vor 5 Minuten');
  expect(lastSeen(away, at, ar, 'ar')?.text).toMatch(/^آخر ظهور قبل [5٥] دقائق$/);
});
