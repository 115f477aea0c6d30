import { expect, test } from 'vitest';
import { contentDisposition, isInline } from './disposition.ts';

const attachment = (name: string): string => contentDisposition({ name, isInline: false });

test.each([
  ['plain.txt', 'plain.txt', 'plain.txt'],
  ['two words.txt', 'two words.txt', 'two%20words.txt'],
  ['Übung.pdf', '_bung.pdf', '%C3%9Cbung.pdf'],
  ['"quoted"', '_quoted_', '%22quoted%22'],
  ['100%.txt', '100_.txt', '100%25.txt'],
  ["it's (1)*.txt", "it's (1)*.txt", 'it%27s%20%281%29%2A.txt'],
  ['../../etc/passwd', '.._.._etc_passwd', '.._.._etc_passwd'],
  ['C:\\boot.ini', 'C:_boot.ini', 'C%3A_boot.ini'],
  ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie: x=1', 'a%0D%0ASet-Cookie%3A%20x%3D1'],
  ['😀.png', '__.png', '%F0%9F%98%80.png'],
  ['half \ud83d', 'half _', 'half%20%EF%BF%BD'],
])('%j', (name, ascii, encoded) => {
  expect(attachment(name)).toBe(`attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`);
});

test('shown in the page are pictures that we made, and nothing else', () => {
  expect(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'].every(isInline)).toBe(
    true,
  );
  const others = ['image/svg+xml', 'image/heic', 'text/html', 'text/plain', 'application/pdf'];
  expect(others.some(isInline)).toBe(false);
  expect(contentDisposition({ name: 'a.png', isInline: true })).toMatch(/^inline; /);
});
