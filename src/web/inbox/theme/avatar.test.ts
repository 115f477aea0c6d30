import { expect, it } from 'vitest';
import { initials, toneOf } from './avatar.ts';
import { tones } from './palette.ts';

it.each([
  ['Sam Seller', 'SS'],
  ['  ann  ', 'A'],
  ['Maria del Carmen Ruiz', 'MR'],
  ['(Bob) "the bike" O\u2019Neil', 'BO'],
  ['ihsan', 'I'],
  ['👩‍🚀', ''],
  ['', ''],
  ['7-Eleven', '7'],
  ['e\u0301lan', 'E\u0301'],
  ['سارة علي', 'س\u200cع'],
  ['𝒜bc', '𝒜'],
])('%s', (name, expected) => {
  expect(initials(name, 'en')).toBe(expected);
});

it('upper case is the language’s', () => {
  expect(initials('ihsan', 'tr')).toBe('İ');
});

it('everybody keeps a tone, and all are used', () => {
  const all = Array.from({ length: 100 }, (_, i) => toneOf(`user ${i}`));
  expect(new Set(all).size).toBe(tones.length);
  expect(toneOf('user 7')).toBe(all[7]);
});
