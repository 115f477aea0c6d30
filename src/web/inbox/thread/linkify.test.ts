import { expect, it } from 'vitest';
import { linkify } from './linkify.ts';

const links = (content: string) =>
  linkify(content).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.text]));
const whole = (content: string) =>
  linkify(content)
    .map((piece) => (typeof piece === 'string' ? piece : piece.text))
    .join('');

it.each([
  ['see https://shop.example/a?b=c#d now', 'https://shop.example/a?b=c#d'],
  ['HTTP://SHOP.EXAMPLE', 'HTTP://SHOP.EXAMPLE'],
  ['(https://shop.example/a)', 'https://shop.example/a'],
  ['https://en.example/wiki/Chair_(seat).', 'https://en.example/wiki/Chair_(seat)'],
  ['https://shop.example/a), b', 'https://shop.example/a'],
  ['[x](https://shop.example/a[1])', 'https://shop.example/a[1]'],
  ['is it https://shop.example?!…', 'https://shop.example'],
  ['"https://shop.example/a"', 'https://shop.example/a'],
  ["'https://shop.example/a'", 'https://shop.example/a'],
  ['<https://shop.example/a>', 'https://shop.example/a'],
  ['https://shop.example/äöü/日本', 'https://shop.example/äöü/日本'],
  ['你好，https://shop.example。', 'https://shop.example'],
  ['http://localhost:3000/x', 'http://localhost:3000/x'],
])('finds the link in %s', (content, link) => {
  expect(links(content)).toEqual([link]);
  expect(whole(content)).toBe(content);
});

it.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'javascript://shop.example/%0aalert(1)',
  'xhttps://shop.example',
  'www.shop.example and shop.example',
  'ftp://shop.example mailto:a@shop.example',
  'https://',
  'https:// shop.example',
  'https://...',
  'https://bank.example@evil.example/',
  'https://user:secret@evil.example/',
  'java\u0000script:alert(1)',
])('leaves %s as text', (content) => {
  expect(linkify(content)).toEqual([content]);
});

it('ends a link before characters that turn the direction or show nothing', () => {
  expect(links('https://shop.example/\u202Egpj.exe')).toEqual(['https://shop.example/']);
  expect(links('https://shop\u200B.example')).toEqual(['https://shop']);
  expect(links('https://a.example/\u00ADb https://b.example/\u2066c')).toEqual([
    'https://a.example/',
    'https://b.example/',
  ]);
});

it('shows a link as written and says where it leads when that is another name', () => {
  expect(linkify('https://аррӏе.example/x')).toEqual([
    {
      text: 'https://аррӏе.example/x',
      href: 'https://xn--80ak6aa92e.example/x',
      host: 'xn--80ak6aa92e.example',
    },
  ]);
  expect(linkify('https://Shop.Example/X')).toMatchObject([{ host: undefined }]);
});

it('finds several and keeps every character', () => {
  const content = 'a https://a.example, b\nhttps://b.example/(c).d! e';
  expect(links(content)).toEqual(['https://a.example', 'https://b.example/(c).d']);
  expect(whole(content)).toBe(content);
});

it.each(['(', ')', 'http://', 'https://a', '.', '](', ')'.repeat(3) + '('])(
  'takes no time for a flood of %s',
  (flood) => {
    const content = `https://a.example/${flood.repeat(100_000)}`;
    const before = performance.now();
    expect(whole(content)).toBe(content);
    expect(performance.now() - before).toBeLessThan(1_000);
  },
);
