import { expect, it } from 'vitest';
import type { Upload } from '../../../client/types.ts';
import { Previews } from './previews.ts';

const upload = (key: string, contentType: string) =>
  ({ key, contentType, file: new Blob(['x'], { type: contentType }) }) as Upload;
const host = { addController: () => undefined } as never;
const isThere = async (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

it('is the same for the same upload, and gone with it', async () => {
  const previews = new Previews(host);
  previews.hostConnected();
  const [a, b] = [upload('a', 'image/png'), upload('b', 'image/webp')];
  const url = previews.urlOf(a) ?? '';
  expect(previews.urlOf(a)).toBe(url);
  const other = previews.urlOf(b) ?? '';
  previews.keep([a]);
  expect([await isThere(url), await isThere(other)]).toEqual([true, false]);
  previews.hostDisconnected();
  expect(await isThere(url)).toBe(false);
  // An element that was taken out of the page is drawn once more.
  expect(previews.urlOf(a)).toBeUndefined();
  previews.hostConnected();
  expect(previews.urlOf(a)).toMatch(/^blob:/);
});

it.each(['image/svg+xml', 'text/html', 'image/tiff', ''])('there is none of %j', (type) => {
  const previews = new Previews(host);
  previews.hostConnected();
  expect(previews.urlOf(upload('a', type))).toBeUndefined();
});
