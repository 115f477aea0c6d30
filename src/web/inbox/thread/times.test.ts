import { expect, it } from 'vitest';
import type { Strings } from '../strings/strings.ts';
import { Times } from './times.ts';

const times = new Times('en-GB', { today: 'Today', yesterday: 'Yesterday' } as Strings['thread']);
const now = new Date(2026, 2, 1, 9, 30).getTime();

it.each([
  [new Date(2026, 2, 1, 0, 0), 'Today'],
  [new Date(2026, 1, 28, 23, 59), 'Yesterday'],
  [new Date(2026, 1, 27, 12), 'Friday 27 February'],
  [new Date(2025, 11, 31, 12), '31 December 2025'],
  // Of a device whose clock is behind.
  [new Date(2026, 2, 2, 12), 'Monday 2 March'],
])('says the day of %s', (date, text) => {
  expect(times.day(date.getTime(), now)).toBe(text);
});

it('says the time of day', () => {
  expect(times.clock(new Date(now).toISOString())).toBe('09:30');
});
