import { expect, test } from 'vitest';
import { normalizeEmoji } from './emoji.ts';

test.each<[string, string]>([
  ['👍', '👍'],
  ['👍🏽', '👍🏽'],
  ['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'],
  ['🧑🏻‍❤️‍💋‍🧑🏿', '🧑🏻‍❤️‍💋‍🧑🏿'],
  ['🇩🇪', '🇩🇪'],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['1️⃣', '1️⃣'],
  ['❤️', '❤️'],
  ['❤', '❤\u{fe0f}'],
  ['©', '©\u{fe0f}'],
  // Without the styles that Unicode recommends, or with more of them.
  ['👁\u{200d}🗨', '👁\u{fe0f}\u{200d}🗨\u{fe0f}'],
  ['👁\u{fe0f}\u{200d}🗨', '👁\u{fe0f}\u{200d}🗨\u{fe0f}'],
  ['❤\u{200d}🔥', '❤\u{fe0f}\u{200d}🔥'],
  ['🏳\u{200d}🌈', '🏳\u{fe0f}\u{200d}🌈'],
  ['🕵🏽\u{200d}♂', '🕵🏽\u{200d}♂\u{fe0f}'],
  ['⛹\u{fe0f}🏽', '⛹🏽'],
  ['👍\u{fe0f}', '👍'],
  ['1\u{20e3}', '1\u{fe0f}\u{20e3}'],
  // One that Node's Unicode does not know yet.
  ['\u{1faea}', '\u{1faea}'],
])('%s is an emoji', (text, normal) => {
  expect(normalizeEmoji(text)).toBe(normal);
});

test.each([
  '',
  ' ',
  'a',
  '1',
  '#',
  '1\u{fe0f}',
  '#\u{fe0f}',
  '🇩\u{fe0f}🇪',
  ':)',
  '👍👍',
  '👍 ',
  ' 👍',
  '👍a',
  '🇩',
  '🇩🇪🇫🇷',
  '\u{1f3fd}\u{fe0f}a',
  '\u{200d}',
  '\u{fe0f}',
  '😀\u{301}\u{301}',
  '\ud83d',
  '\0',
  '👍'.repeat(20),
  '👨' + '\u{200d}👨'.repeat(20),
])('%j is none, or more than one', (text) => {
  expect(normalizeEmoji(text)).toBeUndefined();
});
