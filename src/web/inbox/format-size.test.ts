import { expect, it } from 'vitest';
import { formatSize } from './format-size.ts';

it.each([
  [1, 'en', '1 byte'],
  [999, 'en', '999 byte'],
  [999_600, 'en', '1 MB'],
  [2_449_000, 'en', '2.4 MB'],
  [2_449_000, 'de', '2,4 MB'],
  [26_214_400, 'en', '26.2 MB'],
])('%i in %s', (bytes, locale, text) => {
  expect(formatSize(bytes, locale).replace('\u00A0', ' ')).toBe(text);
});

it('writes the numbers of the language', () => {
  expect(formatSize(5_000, 'ar-EG')).toContain('٥');
});
