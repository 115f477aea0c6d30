import { expect, it } from 'vitest';
import { normalizeEmoji } from '../../../protocol/emoji.ts';
import { catalogue } from './catalogue.ts';
import { findEmoji, loadEmoji } from './emoji-index.ts';
import { QUICK_REACTIONS } from './quick-reactions.ts';

const all = catalogue.flatMap(({ emoji }) => emoji.split(' '));

const found = async (locale: string, query: string): Promise<string[]> =>
  findEmoji(await loadEmoji(locale), query).map(({ emoji }) => emoji);

it('has each once, as the server would have it', () => {
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(200);
  expect([...all, ...QUICK_REACTIONS].filter((emoji) => normalizeEmoji(emoji) !== emoji)).toEqual(
    [],
  );
  expect(all).toEqual(expect.arrayContaining([...QUICK_REACTIONS]));
});

it.each(['en', 'de-AT', 'ar', 'fr'])('names all of them in %s', async (locale) => {
  const named = (await loadEmoji(locale)).flatMap(({ emoji }) => emoji);
  expect(named.map(({ emoji }) => emoji)).toEqual(all);
  expect(named.filter(({ emoji, name }) => name === emoji || name.trim() === '')).toEqual([]);
});

it('finds by the name in the own language and in English, by words in any order, and by itself', async () => {
  expect(await found('de', 'fahrr')).toContain('🚲');
  expect(await found('de', 'Bicycle')).toContain('🚲');
  expect(await found('ar', 'دراجة')).toContain('🚲');
  expect(await found('en', 'up thumbs')).toContain('👍');
  expect(await found('en', ' 👍 ')).toEqual(['👍']);
  expect(await found('en', 'xyzzy')).toEqual([]);
});
