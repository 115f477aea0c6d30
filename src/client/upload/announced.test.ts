import { expect, test } from 'vitest';
import { createAttachmentBody } from '../../protocol/rest.ts';
import { toFileName, toMediaType } from './announced.ts';

test.each([
  ['photo.png', 'photo.png'],
  ['', 'file'],
  [' \u0007 ', 'file'],
  ['a\nb.txt', 'a b.txt'],
  [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(250)}.jpeg`],
  [`${'é'.repeat(300)}.png`, `${'é'.repeat(125)}.png`],
  [`${'🚲'.repeat(100)}.png`, `${'🚲'.repeat(62)}.png`],
  [`a.${'x'.repeat(300)}`, `a.${'x'.repeat(253)}`],
  ['half \ud83d', 'half \ufffd'],
])('the name %j is announced as %j, which the server takes', (name, expected) => {
  expect(toFileName(name)).toBe(expected);
  const body = { name: expected, size: 1, contentType: 'image/png' };
  expect(createAttachmentBody.safeParse(body).success).toBe(true);
});

test.each([
  ['image/png', 'image/png'],
  ['text/plain;charset=utf-8', 'text/plain'],
  ['application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.text'],
  ['', 'application/octet-stream'],
  ['nonsense', 'application/octet-stream'],
  ['a/b c', 'application/octet-stream'],
])('the type %j is announced as %j', (type, expected) => {
  expect(toMediaType(type)).toBe(expected);
  const body = { name: 'x', size: 1, contentType: expected };
  expect(createAttachmentBody.safeParse(body).success).toBe(true);
});
