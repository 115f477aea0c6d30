import { expect, it } from 'vitest';
import { shownName } from './file-name.ts';

it('cannot look like another kind of file', () => {
  expect(shownName('holiday\u202Egpj.exe')).toBe('holidaygpj.exe');
  expect(shownName('\u2066a\u2069\u200F.pdf')).toBe('a.pdf');
  expect(shownName('فاتورة.pdf')).toBe('فاتورة.pdf');
});
