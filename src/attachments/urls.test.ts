import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSigner } from '../lib/signer.ts';
import { createUrls } from './urls.ts';

const MINUTE = 60_000;
const conversationId = randomUUID();
const picture = {
  id: randomUUID(),
  name: 'a.png',
  contentType: 'image/png',
  size: 10,
  width: 3,
  height: 4,
  hasThumbnail: true,
};

const at = (ms: number, secret = 'secret') =>
  createUrls(createSigner(Buffer.from(secret)), () => ms);
const query = (url: string) => new URL(url, 'http://node').searchParams;
const check = (urls: ReturnType<typeof at>, url: string, attachmentId = picture.id): void =>
  urls.check(
    { conversationId, attachmentId, use: 'original' },
    query(url).get('expires') ?? '',
    query(url).get('signature') ?? '',
  );

test('the same for a quarter of an hour, and good for a quarter more', () => {
  const start = 1_000 * 15 * MINUTE;
  const first = at(start).show(conversationId, picture);
  expect(first).toEqual({
    id: picture.id,
    name: 'a.png',
    contentType: 'image/png',
    size: 10,
    width: 3,
    height: 4,
    url: expect.stringMatching(
      new RegExp(
        `^/api/attachments/${conversationId}/${picture.id}/original\\?expires=\\d+&signature=[\\w-]{43}$`,
      ),
    ),
    thumbnailUrl: expect.stringContaining('/thumbnail?expires='),
  });
  expect(at(start + 15 * MINUTE - 1).show(conversationId, picture)).toEqual(first);
  expect(at(start + 15 * MINUTE).show(conversationId, picture).url).not.toBe(first.url);
  expect(() => check(at(start + 30 * MINUTE - 1), first.url)).not.toThrow();
  expect(() => check(at(start + 30 * MINUTE), first.url)).toThrow('this URL has expired');
});

test('for that file, that use, that time, and by our secret', () => {
  const urls = at(0);
  const { url } = urls.show(conversationId, picture);
  const refusal = 'not authorized for this conversation';
  expect(() => check(urls, url, randomUUID())).toThrow(refusal);
  expect(() => check(urls, url.replace(/expires=(\d+)/, 'expires=1$1'))).toThrow(refusal);
  expect(() => check(at(0, 'another'), url)).toThrow(refusal);
  expect(() => check(urls, urls.upload(conversationId, picture.id, new Date(MINUTE)))).toThrow(
    refusal,
  );
  expect(() => check(urls, '/')).toThrow(refusal);
});

test('a file has no thumbnail, and says nothing of its size in pixels', () => {
  const { width: _, height: __, ...file } = picture;
  const shown = at(0).show(conversationId, { ...file, hasThumbnail: false });
  expect(Object.keys(shown)).toEqual(['id', 'name', 'contentType', 'size', 'url']);
});
