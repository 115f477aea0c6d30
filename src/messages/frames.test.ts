import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { serverMessages } from '../protocol/server-messages.ts';
import { frame, newMessageFrame, now, toTimestamp, toWireMessage } from './frames.ts';

const message = (content: string, clientMessageId?: string, later = {}) => ({
  id: randomUUID() as string,
  senderId: randomUUID() as string,
  content,
  createdAt: now(),
  readAt: null,
  seq: 7,
  ...(clientMessageId === undefined ? {} : { clientMessageId }),
  ...later,
});

const userId = randomUUID();
const LATER = {
  attachments: [{ id: userId, name: '"a"', contentType: 'image/png', size: 1, url: '/x' }],
  reactions: [{ emoji: '👍', count: 1, userIds: [userId] }],
  editedAt: now(),
  deletedAt: now(),
};

test.each<[string, string | undefined, object?]>([
  ['', 'key', LATER],
  ['hello', undefined, { editedAt: now() }],
  ['hello', undefined],
  ['hello', 'key'],
  ['"quoted" \\ \n\t\u0001 </script> \u2028 ü€😀', '"\\\u0001€'],
])('the frame put together by hand is what JSON.stringify makes: %j, %j', (content, key, later) => {
  const conversationId = randomUUID();
  const sent = message(content, key, later);
  const text = newMessageFrame(conversationId, sent);
  const parsed = serverMessages.new_message.parse(JSON.parse(text));
  expect(text).toBe(
    frame({
      type: 'new_message',
      conversationId,
      message: toWireMessage(sent),
      seq: 7,
      timestamp: parsed.timestamp,
    }),
  );
});

test('timestamps are RFC 3339 with milliseconds, whatever was asked for before', () => {
  for (const ms of [0, 1, 1, 1_795_492_575_902, 0])
    expect(toTimestamp(ms)).toBe(new Date(ms).toISOString());
});
