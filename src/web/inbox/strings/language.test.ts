import { expect, it } from 'vitest';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { languageOf } from './language.ts';
import { plurals } from './plurals.ts';

const paths = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? paths(inner, `${path}${key}.`) : [path + key],
  );

/** Everything it says, functions too. */
const said = (value: object): [path: string, text: string][] =>
  paths(value).map((path) => {
    let inner: unknown = value;
    for (const key of path.split('.')) inner = (inner as Record<string, unknown>)[key];
    const text =
      typeof inner === 'function'
        ? (inner as (first: unknown, text: string) => string)(
            path.endsWith('why') ? 'conflict' : 7,
            '7',
          )
        : inner;
    return [path, String(text)];
  });

const english = new Map(said(en));

it.each([
  ['de', de],
  ['ar', ar],
])('%s says everything, and nothing in English', (_, strings) => {
  const texts = said(strings);
  expect(texts.map(([path]) => path).toSorted()).toEqual([...english.keys()].toSorted());
  const wrong = texts.filter(
    ([path, text]) =>
      text.trim() === '' ||
      text.includes('{n}') ||
      // "7:" is somebody's name and a colon everywhere.
      (text === english.get(path) && path !== 'thread.from'),
  );
  expect(wrong).toEqual([]);
});

it.each(['not_authorized', 'invalid_message', 'message_too_large', 'conflict', 'rate_limited'])(
  'says why a message was refused: %s',
  (code) => {
    for (const { thread } of [en, de, ar]) expect(thread.why(code)).not.toBe(thread.why('other'));
  },
);

it('a code is no property of objects', () => {
  for (const { thread } of [en, de, ar])
    expect(thread.why('constructor')).toBe(thread.why('other'));
});

it('counts as each language does', () => {
  expect([1, 2].map((n) => en.list.unread(n, String(n)))).toEqual([
    '1 unread message',
    '2 unread messages',
  ]);
  expect(new Set([0, 1, 2, 3, 11].map((n) => ar.list.unread(n, String(n)))).size).toBe(5);
  expect(ar.list.unread(3, '٣')).toContain('٣');
  for (const say of [ar.list.found, ar.connection.waiting, ar.thread.jumpToNew])
    expect(new Set([0, 1, 2, 3].map((n) => say(n, 'n'))).size).toBe(4);
});

it('puts the number in as it is', () => {
  expect(plurals('en', { other: 'a {n} b' })(5, '$&')).toBe('a $& b');
});

it.each([
  ['de-AT', de, 'de-AT', 'ltr'],
  ['ar-EG', ar, 'ar-EG', 'rtl'],
  ['en_GB', en, 'en-GB', 'ltr'],
  ['fr', en, 'en', 'ltr'],
  ['he', en, 'en', 'ltr'],
  ['', en, 'en', 'ltr'],
  ['no language', en, 'en', 'ltr'],
] as const)('%s', (tag, strings, locale, direction) => {
  expect(languageOf(tag)).toEqual({ strings, locale, direction });
});

it("takes the page's own translation", () => {
  expect(languageOf('he', de)).toEqual({ strings: de, locale: 'he', direction: 'rtl' });
});
