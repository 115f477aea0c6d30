import { describe, expect, test } from 'vitest';
import { cutText, jsonBytes } from './cut-text.ts';

const FAMILY = '👨‍👩‍👧‍👦';

describe('text that is cut for JSON', () => {
  test.each([
    ['short', 5, 'short'],
    ['shorter', 6, 'sho…'],
    ['äöü', 6, 'äöü'],
    ['äöüß', 7, 'äö…'],
    [`${FAMILY}${FAMILY}`, 30, `${FAMILY}…`],
    // Not even one fits.
    [FAMILY, 20, '…'],
    ['abc', 2, ''],
    ['abc', 0, ''],
    ['', 0, ''],
    // What JSON escapes is longer there.
    ['"""""', 8, '""…'],
    ['\u0001\u0001\u0001', 15, '\u0001\u0001…'],
    ['e\u0301e\u0301e\u0301', 8, 'e\u0301…'],
    ['🇩🇪🇫🇷🇮🇹', 19, '🇩🇪🇫🇷…'],
  ])('%j in %i bytes', (text, bytes, cut) => {
    expect(cutText(text, bytes)).toBe(cut);
  });

  test('fits whatever it is, and is a beginning', () => {
    const texts = [
      'x'.repeat(5_000),
      FAMILY.repeat(400),
      '\ud800'.repeat(900),
      'a\n"é😀'.repeat(500),
    ];
    for (const text of texts)
      for (let bytes = 3; bytes < 120; bytes += 1) {
        const cut = cutText(text, bytes);
        expect(jsonBytes(cut)).toBeLessThanOrEqual(bytes);
        expect(cut.endsWith('…') && text.startsWith(cut.slice(0, -1))).toBe(true);
      }
  });

  test('one grapheme without an end does not take long', () => {
    expect(cutText(`a${'\u0301'.repeat(1_000_000)}`, 1_000)).toBe('…');
  });
});
