import { expect, it } from 'vitest';
import { content as contentSchema } from '../../../protocol/values.ts';
import { bytesLeft, toContent } from './content.ts';

it.each([
  ['', 4096],
  ['a', 4095],
  ['é', 4094],
  ['€', 4093],
  ['😀', 4092],
  ['e\u0301', 4093],
  ['\ud83d', 4093],
  ['a'.repeat(4096), 0],
  ['😀'.repeat(1025), -4],
])('counts bytes of UTF-8: %s', (text, left) => {
  expect(bytesLeft(text)).toBe(left);
});

it('takes away what is around the text, and nothing in it', () => {
  expect(toContent('\n  two\n\n  lines \n')).toBe('two\n\n  lines');
});

it.each([' \n\t\u3000\u00a0\ufeff', '\0', ' \0 '])('is empty when blank: %j', (text) => {
  expect(toContent(text).trim()).toBe('');
});

it.each(['\ud83d half', 'nul\0nul', ' x ', '😀'.repeat(1024)])(
  'is what the server takes: %j',
  (text) => {
    expect(contentSchema.safeParse(toContent(text)).success).toBe(true);
    expect(bytesLeft(toContent(text))).toBeGreaterThanOrEqual(0);
  },
);
