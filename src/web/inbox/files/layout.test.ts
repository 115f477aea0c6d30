import { expect, it } from 'vitest';
import type { Attachment } from '../../../client/types.ts';
import { filesHeight, photoSize, sortFiles } from './layout.ts';

const file = (more: Partial<Attachment> = {}): Attachment => ({
  id: 'a',
  name: 'contract.pdf',
  contentType: 'application/pdf',
  size: 5,
  width: undefined,
  height: undefined,
  url: 'https://chat.example/a',
  thumbnailUrl: undefined,
  ...more,
});
const photo = (width: number, height: number): Attachment =>
  file({ contentType: 'image/jpeg', width, height, thumbnailUrl: 'https://chat.example/t' });

it.each([
  [4000, 3000, 280, 210],
  [3000, 6000, 160, 320],
  [100, 80, 100, 80],
  [8000, 10, 280, 64],
  [1, 1, 64, 64],
])('a photo of %i × %i is shown as %i × %i', (width, height, shownWidth, shownHeight) => {
  expect(photoSize({ width, height })).toEqual({ width: shownWidth, height: shownHeight });
});

it('is as high as its files', () => {
  expect(filesHeight([], 300)).toBe(0);
  expect(filesHeight([file(), file()], 300)).toBe(120);
  expect(filesHeight([photo(4000, 3000)], 300)).toBe(214);
  expect(filesHeight([photo(4000, 3000)], 140)).toBe(109);
  expect(filesHeight([photo(9, 9), photo(9, 9)], 300)).toBe(142);
  expect(filesHeight([photo(9, 9), photo(9, 9), photo(9, 9), file()], 300)).toBeCloseTo(154.67, 1);
});

const shown = (more: Partial<Attachment>) => sortFiles([{ ...photo(9, 9), ...more }]).photos.length;

it('is a photo only when there is a small one that can be shown', () => {
  expect(shown({})).toBe(1);
  expect(shown({ thumbnailUrl: undefined })).toBe(0);
  expect(shown({ thumbnailUrl: 'javascript:alert(1)' })).toBe(0);
  expect(shown({ contentType: 'text/html' })).toBe(0);
  expect(shown({ width: undefined })).toBe(0);
});
