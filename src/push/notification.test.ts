import { expect, it, test } from 'vitest';
import type { StoredAttachment } from '../db/schema.ts';
import { type Told, notificationOf } from './notification.ts';

const told: Told = {
  senderName: 'Ada',
  content: 'Hello',
  attachments: null,
  unreadCount: 1,
  locale: 'en',
};
const photo: StoredAttachment = {
  id: '1',
  name: 'a.jpg',
  contentType: 'image/jpeg',
  size: 1,
  hasThumbnail: true,
};
const file = { ...photo, name: 'offer.pdf', contentType: 'application/pdf', hasThumbnail: false };

test.each<[string, Partial<Told>, string, string]>([
  ['a message', {}, 'Ada', 'Hello'],
  ['several', { unreadCount: 3 }, 'Ada', '3 new messages'],
  ['of nobody we know', { senderName: null }, 'New message', 'Hello'],
  ['a name of several lines', { senderName: ' Ada\n\tL. ' }, 'Ada L.', 'Hello'],
  ['a photo', { content: '', attachments: [photo] }, 'Ada', 'Photo'],
  ['photos', { content: '', attachments: [photo, photo] }, 'Ada', '2 photos'],
  ['a file', { content: '', attachments: [file] }, 'Ada', 'File: offer.pdf'],
  ['files', { content: ' ', attachments: [file, photo] }, 'Ada', '2 files'],
  ['a photo with text', { attachments: [photo] }, 'Ada', 'Hello'],
  ['in German', { unreadCount: 2, locale: 'de_AT' }, 'Ada', '2 neue Nachrichten'],
  ['in Arabic', { unreadCount: 2, locale: 'ar' }, 'Ada', 'رسالتان جديدتان'],
  ['in a language we do not have', { unreadCount: 2, locale: 'fi' }, 'Ada', '2 new messages'],
  ['in no language', { unreadCount: 2, locale: '!' }, 'Ada', '2 new messages'],
])('%s', (_, change, title, body) => {
  expect(notificationOf({ ...told, ...change }, true)).toEqual({ title, body });
});

it('shows nothing of the message and its sender when it must not', () => {
  for (const change of [{}, { unreadCount: 5 }, { content: '', attachments: [file] }])
    expect(JSON.stringify(notificationOf({ ...told, ...change }, false))).not.toMatch(
      /Ada|Hello|offer/,
    );
  expect(notificationOf(told, false)).toEqual({ title: 'New message', body: '1 new message' });
});

it.each([
  ['letters', 'x'.repeat(4_096)],
  ['families of seven code points', '👨‍👩‍👧‍👦'.repeat(200)],
  ['flags', '🇩🇪'.repeat(300)],
  ['one character with a thousand accents', `e${'\u0301'.repeat(1_000)}`],
  ['surrogates', '😀'.repeat(500)],
])('cuts %s between characters, and never in the middle of one', (_, content) => {
  const { body } = notificationOf({ ...told, content }, true);
  expect(body.length).toBeLessThanOrEqual(180);
  expect(body.length).toBeGreaterThan(150);
  expect(body.endsWith('…')).toBe(true);
  expect(body.isWellFormed()).toBe(true);
  const segments = [...new Intl.Segmenter('en').segment(content)];
  const ends = segments.map(({ index, segment }) => index + segment.length);
  // The one that is longer than all there is room for is cut in itself.
  expect([...ends, ...(ends.length === 1 ? [body.length - 1] : [])]).toContain(body.length - 1);
});

it('leaves what fits as it is', () => {
  const content = `${'x'.repeat(178)}😀`;
  expect(notificationOf({ ...told, content }, true).body).toBe(content);
});
