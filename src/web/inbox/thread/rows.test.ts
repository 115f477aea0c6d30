import { expect, it } from 'vitest';
import type { Message } from '../../../client/types.ts';
import { toRows, type MessageRow } from './rows.ts';

const me = 'me';
const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 0, day, hour, minute).toISOString();
let count = 0;
const message = (
  senderId: string,
  createdAt: string,
  status: 'sent' | 'read' = 'sent',
): Message => {
  count += 1;
  return {
    key: `k${count}`,
    conversationId: 'c',
    senderId,
    content: 'hello',
    createdAt,
    status,
    id: `m${count}`,
    seq: count,
    clientMessageId: undefined,
    attachments: [],
    reactions: [],
    editedAt: undefined,
    deletedAt: undefined,
  };
};
const isMessage = (row: { kind: string }): row is MessageRow => row.kind === 'message';
const shape = (messages: Message[], hasOlder = false) =>
  toRows(messages, me, hasOlder)
    .map((row) =>
      isMessage(row) ? `${row.startsGroup ? '[' : '-'}${row.endsGroup ? ']' : '-'}` : row.kind,
    )
    .join(' ');

it('groups what one person wrote within five minutes', () => {
  const messages = [
    message(me, at(1, 10, 0)),
    message(me, at(1, 10, 4)),
    message(me, at(1, 10, 9)),
    message('you', at(1, 10, 9)),
    message('you', at(1, 10, 10)),
  ];
  expect(shape(messages)).toBe('start day [- -] [] [- -]');
});

it('separates days, also within a group', () => {
  const messages = [message(me, at(1, 23, 59)), message(me, at(2, 0, 0)), message(me, at(4, 9))];
  expect(shape(messages)).toBe('start day [] day [] day []');
});

it('says neither start nor day above the oldest while there are older ones', () => {
  expect(shape([message(me, at(1, 10)), message('you', at(2, 10))], true)).toBe('[] day []');
  expect(shape([], true)).toBe('');
  expect(shape([])).toBe('');
});

it('keeps every row that is there when older ones come: key, end of group, time', () => {
  const messages = Array.from({ length: 60 }, (_, index) =>
    message(index % 3 === 0 ? me : 'you', at(1 + Math.floor(index / 25), 10, index % 25)),
  );
  for (let cut = 0; cut < messages.length; cut += 1) {
    const before = toRows(messages.slice(cut), me, true);
    const after = toRows(messages, me, false);
    const tail = (rows: typeof before) =>
      rows.map((row) => (isMessage(row) ? [row.key, row.endsGroup, row.hasMeta] : row.key));
    expect(tail(after).slice(-before.length)).toEqual(tail(before));
  }
});

it('shows the mark once a group, and where it differs', () => {
  const messages = [
    message(me, at(1, 10), 'read'),
    message(me, at(1, 10), 'read'),
    message(me, at(1, 10)),
    message(me, at(1, 10)),
  ];
  expect(toRows(messages, me, true).map((row) => isMessage(row) && row.hasMeta)).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

it('shows when one was edited, within a group as well, unless it was deleted', () => {
  const time = at(1, 10);
  const edited = { ...message(me, time), editedAt: time } as Message;
  const deleted = { ...edited, deletedAt: time, key: 'deleted' } as Message;
  const rows = toRows([edited, deleted, message(me, time)], me, true);
  expect(rows.map((row) => isMessage(row) && row.hasMeta)).toEqual([true, false, true]);
});

it('numbers the messages and knows its own', () => {
  const rows = toRows([message('you', at(1, 10)), message(me, at(2, 10))], me, false);
  expect(rows.filter(isMessage).map((row) => [row.position, row.isOwn])).toEqual([
    [1, false],
    [2, true],
  ]);
});
