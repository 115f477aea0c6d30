import { expect, it } from 'vitest';
import { ParleyError } from '../../../client/errors.ts';
import type { Attachment, Message, StoredMessage } from '../../../client/types.ts';
import { en } from '../strings/en.ts';
import { Announcements } from './announcements.ts';

const stored = (seq: number, content = 'hello'): StoredMessage => ({
  key: `k${seq}`,
  conversationId: 'c',
  senderId: 'you',
  content,
  createdAt: '2026-01-01T10:00:00.000Z',
  status: 'sent',
  id: `m${seq}`,
  seq,
  clientMessageId: undefined,
  attachments: [],
  reactions: [],
  editedAt: undefined,
  deletedAt: undefined,
});
const failed = (key: string): Message => ({
  key,
  conversationId: 'c',
  senderId: 'me',
  content: 'hello',
  createdAt: '2026-01-01T10:00:00.000Z',
  attachments: [],
  status: 'failed',
  clientMessageId: key,
  error: new ParleyError('rate_limited', 'too many messages'),
});
const texts = (announcements: Announcements) => announcements.all.map(({ text }) => text);

it('says who wrote what, the last few, and not all of a long one', () => {
  const announcements = new Announcements();
  announcements.arrived([stored(1), stored(2, 'x'.repeat(4096))], 'Sam', en, 'en');
  expect(texts(announcements)).toEqual(['Sam: hello', `Sam: ${'x'.repeat(300)}`]);
  announcements.arrived([stored(3), stored(4), stored(5)], 'Sam', en, 'en');
  expect(announcements.all.map(({ key }) => key)).toEqual(['k2', 'k3', 'k4', 'k5']);
});

it('says once that one was not sent, and again when it fails again', () => {
  const announcements = new Announcements();
  announcements.failed([stored(1), failed('a')], en.thread);
  announcements.failed([stored(1), failed('a')], en.thread);
  expect(texts(announcements)).toEqual(['Not sent. Too many messages at once.']);
  announcements.failed([stored(1)], en.thread);
  const before = announcements.all;
  announcements.failed([stored(1), failed('a')], en.thread);
  expect(announcements.all).not.toBe(before);
});

const own = (...reactions: StoredMessage['reactions']): StoredMessage => ({
  ...stored(1),
  senderId: 'me',
  reactions,
});
const file = { name: 'bill.pdf', contentType: 'application/pdf' } as Attachment;

it('names the files', () => {
  const announcements = new Announcements();
  const said = (one: Partial<StoredMessage>) => {
    announcements.arrived([{ ...stored(1), ...one }], 'Sam', en, 'en');
    return texts(announcements).at(-1);
  };
  expect(said({ content: '', attachments: [file] })).toBe('Sam: bill.pdf');
  expect(said({ attachments: [file, file] })).toBe('Sam: 2 files, hello');
});

it('tells of reactions of the other to one’s own messages, once, and not of those that were there', () => {
  const announcements = new Announcements();
  const say = (message: StoredMessage) => {
    announcements.reacted([message], 'me', 'Sam', en);
    return texts(announcements);
  };
  const thumb = { emoji: '👍', userIds: ['you'] };
  expect(say(own(thumb))).toEqual([]);
  expect(say(own(thumb, { emoji: '❤️', userIds: ['me'] }))).toEqual([]);
  const both = own(thumb, { emoji: '❤️', userIds: ['me', 'you'] });
  expect(say(both)).toEqual(['Sam reacted to your message with ❤️']);
  expect(say(both)).toHaveLength(1);
  expect(say({ ...both, senderId: 'you' })).toHaveLength(1);
});
