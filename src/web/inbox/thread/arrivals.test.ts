import { expect, it } from 'vitest';
import type { Message } from '../../../client/types.ts';
import { Arrivals } from './arrivals.ts';

const stored = (seq: number, senderId = 'you'): Message => ({
  key: `k${seq}`,
  conversationId: 'c',
  senderId,
  content: 'hello',
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
const unsent: Message = {
  key: 'u',
  conversationId: 'c',
  senderId: 'me',
  content: 'hello',
  createdAt: '2026-01-01T10:00:00.000Z',
  attachments: [],
  status: 'sending',
  clientMessageId: 'u',
};
const seqs = (messages: readonly { seq: number }[]) => messages.map((message) => message.seq);

it('does not tell of what is there at first or loaded from the past', () => {
  const arrivals = new Arrivals();
  expect(arrivals.update([stored(5), stored(6)], 'me', true)).toEqual([]);
  expect(arrivals.update([stored(3), stored(4), stored(5), stored(6)], 'me', false)).toEqual([]);
  expect(arrivals.unseen).toBe(0);
});

it('tells of the first in an empty thread', () => {
  const arrivals = new Arrivals();
  expect(arrivals.update([], 'me', true)).toEqual([]);
  expect(seqs(arrivals.update([stored(1)], 'me', false))).toEqual([1]);
  expect(arrivals.unseen).toBe(1);
});

it('tells once of each of the other party, also with unsent ones after it', () => {
  const arrivals = new Arrivals();
  arrivals.update([stored(1)], 'me', true);
  const messages = [stored(1), stored(2), stored(3, 'me'), stored(4), unsent];
  expect(seqs(arrivals.update(messages, 'me', true))).toEqual([2, 4]);
  expect(arrivals.update(messages, 'me', true)).toEqual([]);
});

it('counts until the end is seen', () => {
  const arrivals = new Arrivals();
  arrivals.update([stored(1)], 'me', true);
  arrivals.update([stored(1), stored(2)], 'me', false);
  const messages = [stored(1), stored(2), stored(3, 'me'), stored(4)];
  arrivals.update(messages, 'me', false);
  expect(arrivals.unseen).toBe(2);
  arrivals.update(messages, 'me', true);
  expect(arrivals.unseen).toBe(0);
  arrivals.update(messages, 'me', false);
  expect(arrivals.unseen).toBe(0);
});
