import type { CategoryKey } from './catalogue.ts';

export interface NamedEmoji {
  readonly emoji: string;
  /** In the reader's language. */
  readonly name: string;
  /** What it is found by: that name and words like it, and the English ones; in lower case. */
  readonly words: string;
}

export interface EmojiCategory {
  readonly key: CategoryKey;
  readonly emoji: readonly NamedEmoji[];
}

const LINE = /^(?<emoji>\S+) (?<name>[^|\n]+)(?:\|(?<words>.*))?$/gmu;

const english = (): Promise<{ names: string }> => import('./names/en.ts');
const translations: Readonly<Record<string, typeof english>> = {
  de: () => import('./names/de.ts'),
  ar: () => import('./names/ar.ts'),
};

/** Loads what the picker shows: files of their own, which nobody needs who opens no picker. @param locale BCP 47 */
export async function loadEmoji(locale: string): Promise<readonly EmojiCategory[]> {
  const language = locale.split('-')[0] ?? '';
  const translation = Object.hasOwn(translations, language) ? translations[language] : undefined;
  const [{ catalogue }, inEnglish, own] = await Promise.all([
    import('./catalogue.ts'),
    english(),
    translation?.(),
  ]);
  const named = parse(inEnglish.names);
  const translated = own === undefined ? named : parse(own.names);
  return catalogue.map(({ key, emoji }) => ({
    key,
    emoji: emoji.split(' ').map((one) => {
      const { name = one, words = '' } = translated.get(one) ?? {};
      return { emoji: one, name, words: `${words} ${named.get(one)?.words ?? ''}` };
    }),
  }));
}

function parse(lines: string): Map<string, { name: string; words: string }> {
  const all = new Map<string, { name: string; words: string }>();
  for (const { groups } of lines.matchAll(LINE)) {
    const { emoji = '', name = '', words = '' } = groups ?? {};
    all.set(emoji, { name, words: `${name} ${words}`.toLowerCase() });
  }
  return all;
}

/** Those that all words of the query begin a word of; or that are the query. */
export function findEmoji(categories: readonly EmojiCategory[], query: string): NamedEmoji[] {
  const wanted = query.trim().toLowerCase().split(/\s+/);
  return categories
    .flatMap(({ emoji }) => emoji)
    .filter(
      ({ emoji, words }) =>
        emoji === query.trim() ||
        wanted.every((word) => words.startsWith(word) || words.includes(` ${word}`)),
    );
}
