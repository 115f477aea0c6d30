import { expect, it } from 'vitest';
import type { Attachment, Message, StoredMessage } from '../../../client/types.ts';
import type { MessageRow } from './rows.ts';
import { RowHeights } from './row-height.ts';

const row = (content: string, more: Partial<MessageRow> = {}): MessageRow => ({
  kind: 'message',
  key: 'k',
  isOwn: false,
  startsGroup: true,
  endsGroup: false,
  hasMeta: false,
  position: 1,
  message: {
    key: 'k',
    conversationId: 'c',
    senderId: 's',
    content,
    createdAt: '2026-01-01T10:00:00.000Z',
    attachments: [],
    status: 'sending',
    clientMessageId: 'k',
  },
  ...more,
});
const heights = () => new RowHeights({ lineHeight: 20, lineWidth: 100, characterWidth: 10 });
const guess = (more: Partial<MessageRow>) => heights().guess(row('hi', more));
const linesOf = (content: string) => (heights().guess(row(content)) - 18) / 20;

it.each([
  ['hi', 1],
  ['0123456789', 1],
  ['01234567890', 2],
  ['01234 56789', 2],
  ['aaaaaa bbbbbb cccccc', 3],
  ['aa bbbbbbbbbbbb', 3],
  ['a\n\nb', 3],
  ['你好你好你好', 2],
  ['', 1],
])('guesses the lines of %j', (content, lines) => {
  expect(linesOf(content)).toBe(lines);
});

it('has room for what stands below a bubble', () => {
  expect(guess({ hasMeta: true })).toBeGreaterThan(guess({}));
  expect(guess({ endsGroup: true })).toBeGreaterThan(guess({}));
});

const sent = (more: Partial<StoredMessage>) =>
  guess({ message: { ...row('hi').message, status: 'sent', reactions: [], ...more } as Message });
const thumbs = (count: number) =>
  Array.from({ length: count }, () => ({ emoji: '👍', userIds: [] }));

it('has room for files and reactions', () => {
  const file = { name: 'a', contentType: 'a/b', width: undefined } as Attachment;
  const plain = sent({ attachments: [] });
  expect(sent({ attachments: [], reactions: thumbs(2) })).toBe(plain + 32);
  expect(sent({ attachments: [], reactions: thumbs(3) })).toBe(plain + 64);
  expect(sent({ attachments: [file] })).toBe(plain + 60 - 16 + 12);
  expect(sent({ attachments: [file, file], content: '' })).toBe(8 + 120 + 2);
});

it('does not take long for what is hostile', () => {
  const before = performance.now();
  for (const flood of ['a', '\n', 'a ', '你'])
    expect(linesOf(flood.repeat(4096))).toBeGreaterThan(1);
  expect(performance.now() - before).toBeLessThan(1_000);
});
