import { expect, test } from 'vitest';
import { ar } from '../strings/ar.ts';
import { de } from '../strings/de.ts';
import { en } from '../strings/en.ts';
import { mutedText } from './muted-mark.ts';

/** As the clock of the device has it. */
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 30).getTime();
const said = (day: number, hour: number, locale = 'en', strings = en): string =>
  mutedText({ until: new Date(at(day, hour)).toISOString() }, at(29, 12), { strings, locale })
    .replaceAll('\u202f', ' ')
    .replaceAll('\u200f', '');

test('for good, until a time of this day, and of another', () => {
  expect(mutedText({ until: null }, at(29, 12), { strings: en, locale: 'en' })).toBe('Muted');
  expect(said(29, 20)).toBe('Muted until 8:30 PM');
  expect(said(30, 0)).toBe('Muted until Nov 30, 2026, 12:30 AM');
});

test('in the reader’s language', () => {
  expect(said(29, 20, 'de', de)).toBe('Stummgeschaltet bis 20:30');
  expect(said(30, 0, 'de', de)).toBe('Stummgeschaltet bis 30.11.2026, 00:30');
  expect(said(29, 20, 'ar-EG', ar)).toBe('مكتومة حتى ٨:٣٠ م');
});
