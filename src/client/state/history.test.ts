import { beforeEach, expect, test } from 'vitest';
import type { StoredMessage } from '../types.ts';
import { History } from './history.ts';

let history: History;
beforeEach(() => {
  history = new History(({ senderId }) => senderId === 'me');
});

const message = (seq: number, senderId = 'me', status: 'sent' | 'read' = 'sent') =>
  ({
    key: `${seq}`,
    id: `${seq}`,
    seq,
    senderId,
    status,
    conversationId: 'c',
    content: '',
    attachments: [],
    createdAt: '',
    clientMessageId: undefined,
    reactions: [],
    editedAt: undefined,
    deletedAt: undefined,
  }) satisfies StoredMessage;
const shown = () => history.messages.map(({ seq, status }) => `${seq} ${status}`);

test('what came while the page was read follows it', () => {
  history.insert(message(8));
  history.insert(message(5));
  history.merge([message(4), message(5), message(6)], false);
  expect(shown()).toEqual(['4 sent', '5 sent', '6 sent', '8 sent']);
});

test('one that is older than what is loaded leaves no hole behind it', () => {
  history.merge([message(4), message(5)], false);
  history.insert(message(1));
  expect(shown()).toEqual(['4 sent', '5 sent']);
  history.merge([message(1), message(2)], true);
  history.insert(message(3));
  expect(shown()).toEqual(['1 sent', '2 sent', '3 sent', '4 sent', '5 sent']);
  expect(history.hasOlder).toBe(false);
});

test('a receipt that came before its message', () => {
  history.receipt('own', '5');
  history.merge([message(4), message(5), message(6)], false);
  expect(shown()).toEqual(['4 read', '5 read', '6 sent']);
  history.merge([message(2), message(3)], false);
  expect(shown().slice(0, 2)).toEqual(['2 read', '3 read']);
});

test('a receipt is for one side’s messages, and those that it does not change stay the same objects', () => {
  history.merge([message(1, 'me', 'read'), message(2, 'other'), message(3), message(4)], true);
  const before = history.messages;
  history.receipt('own', '3');
  expect(shown()).toEqual(['1 read', '2 sent', '3 read', '4 sent']);
  expect(history.messages.map((each, i) => each === before[i])).toEqual([true, true, false, true]);
});

test('a page that is older than a receipt takes nothing back', () => {
  history.merge([message(1), message(2)], true);
  history.receipt('own', '2');
  const before = history.messages;
  history.merge([message(1), message(2), message(3)], true);
  expect(shown()).toEqual(['1 read', '2 read', '3 sent']);
  expect(history.messages[0]).toBe(before[0]);
});
