import { expect, it, vi } from 'vitest';
import type { Attachment, StoredMessage, Thread } from '../../../client/types.ts';
import { FileUrls } from './file-urls.ts';

const attachment = { id: 'a', url: 'https://chat.example/1' } as Attachment;
const message = { key: 'k', id: 'm', attachments: [attachment] } as unknown as StoredMessage;
const fresh = { ...attachment, url: 'https://chat.example/2' };

const until = (seconds: number): Attachment => ({
  ...attachment,
  url: `https://chat.example/api/attachments/c/a/original?expires=${seconds}&signature=s`,
});

function thread(refresh: () => Promise<void>) {
  let messages = [message];
  const refreshAttachments = vi.fn<() => Promise<void>>(async () => {
    await refresh();
    messages = [{ ...message, attachments: [fresh] }];
  });
  return { refreshAttachments, state: { get: () => ({ messages }) } } as unknown as Thread & {
    refreshAttachments: typeof refreshAttachments;
  };
}

it('asks once for each URL that failed, and lives with no answer', async () => {
  const it1 = thread(() => Promise.reject(new Error('away')));
  const urls = new FileUrls(it1);
  urls.failed(message, 'https://chat.example/1');
  urls.failed(message, 'https://chat.example/1');
  expect(it1.refreshAttachments).toHaveBeenCalledTimes(1);
  urls.failed(message, 'https://chat.example/2');
  expect(it1.refreshAttachments).toHaveBeenCalledTimes(2);
  expect(await urls.fresh(message, attachment)).toBe(attachment);
});

it('knows when a URL has been there for long, and gets another', async () => {
  let now = 0;
  const urls = new FileUrls(
    thread(() => Promise.resolve()),
    () => now,
  );
  expect(urls.isOld(attachment)).toBe(false);
  urls.seen(attachment);
  now = 9 * 60_000;
  urls.seen(attachment);
  expect(urls.isOld(attachment)).toBe(false);
  now = 11 * 60_000;
  expect(urls.isOld(attachment)).toBe(true);
  expect(await urls.fresh(message, attachment)).toBe(fresh);
});

it('asks again for what nobody answered', async () => {
  const away = thread(() => Promise.reject(new Error('away')));
  const urls = new FileUrls(away);
  urls.failed(message, attachment.url);
  await vi.waitFor(() => expect(urls.hasFailed(attachment.url)).toBe(false));
  urls.failed(message, attachment.url);
  expect(away.refreshAttachments).toHaveBeenCalledTimes(2);
});

it('believes what the URL says of its end: it may have come long before it was drawn', () => {
  const urls = new FileUrls(
    thread(() => Promise.resolve()),
    () => 3_600_000,
  );
  const [over, good] = [until(3_600), until(4_500)];
  for (const one of [over, good]) urls.seen(one);
  expect([urls.isOld(over), urls.isOld(good)]).toEqual([true, false]);
});
