import { beforeEach, expect, test } from 'vitest';
import { Arrivals } from '../lib/arrivals.ts';
import { Ledger, type Sent } from '../lib/ledger.ts';

let reports: string[];
let ledger: Ledger;
const sent = (clientMessageId: string): Sent => ({
  clientMessageId,
  content: 'a message',
  sender: 0,
  saidAt: 0,
  saidLive: 0,
  tries: 1,
  dueAt: 0,
  ackedSeq: undefined,
  arrivedSeq: [undefined, undefined],
  messageId: undefined,
  shown: [undefined, undefined],
  changedSeq: 0,
});
const message = (clientMessageId: string, changed: object = {}) => ({
  id: `id-${clientMessageId}`,
  senderId: 'buyer',
  content: 'a message',
  clientMessageId,
  ...changed,
});
/** Said, acknowledged, and arrived at both sides. */
const pass = (clientMessageId: string, seq: number): void => {
  ledger.add(sent(clientMessageId));
  ledger.acknowledge(clientMessageId, seq);
  for (const side of [0, 1] as const) ledger.arrive(side, message(clientMessageId), seq);
};
const stored = (clientMessageId: string, seq: number, changed: object = {}) => ({
  ...message(clientMessageId, changed),
  seq,
});
const numbered = (seq: number) => ({ conversationId: 'x', seq });
const nothing = () => false;
const upTo = (seq: number): Arrivals => {
  const arrivals = new Arrivals(() => undefined);
  for (let n = 1; n <= seq; n += 1) arrivals.note(n);
  return arrivals;
};

beforeEach(() => {
  reports = [];
  ledger = new Ledger((violation, evidence) => reports.push(`${violation}: ${evidence}`));
});

test('is settled when all were acknowledged and have arrived at both sides', () => {
  ledger.add(sent('a'));
  expect([ledger.isSettled, ledger.unacknowledged]).toEqual([false, 1]);
  ledger.arrive(0, message('a'), 1);
  ledger.acknowledge('a', 1);
  expect([ledger.isSettled, ledger.unacknowledged]).toEqual([false, 0]);
  ledger.arrive(1, message('a'), 1);
  expect(ledger.isSettled).toBe(true);
});

test('what has no acknowledgement is due again at its time, and only for its sender', () => {
  ledger.add({ ...sent('a'), dueAt: 5 });
  expect([...ledger.due(0, 4)]).toEqual([]);
  expect([...ledger.due(1, 5)]).toEqual([]);
  expect([...ledger.due(0, 5)].map(({ clientMessageId }) => clientMessageId)).toEqual(['a']);
  ledger.acknowledge('a', 1);
  expect([...ledger.due(0, 5)]).toEqual([]);
});

test('a history that agrees breaks nothing, and what is settled is forgotten', () => {
  pass('a', 1);
  pass('b', 3);
  ledger.audit([stored('b', 3), stored('a', 1)], 3);
  expect([ledger.find('a'), ledger.find('b'), ledger.auditedTo]).toEqual([undefined, undefined, 3]);
  // The answer to a retry that was under way.
  expect(ledger.acknowledge('a', 1)).toBeUndefined();
  pass('c', 4);
  expect(ledger.lacking([], 4).map(({ clientMessageId }) => clientMessageId)).toEqual(['c']);
  ledger.audit([stored('c', 4)], 4);
  ledger.finish([upTo(4), upTo(4)]);
  expect(reports).toEqual([]);
});

test('what the history lacks is lost', () => {
  pass('a', 1);
  pass('b', 2);
  ledger.audit([stored('b', 2)], 2);
  expect(reports).toEqual(['lost: the history lacks a']);
});

test('what the history has twice, otherwise, or as nobody said it, is duplicated', () => {
  pass('a', 1);
  pass('b', 2);
  ledger.audit([stored('a', 1), stored('a', 3), stored('b', 4), stored('z', 5)], 5);
  expect(reports).toEqual([
    'duplicated: the history has a as 3, once too often',
    'duplicated: the history has b as 4, once too often',
    'duplicated: the history has z as 5, once too often',
  ]);
});

test('what arrives under a second seq is duplicated, also when the first is long settled', () => {
  pass('a', 1);
  ledger.arrive(1, message('a'), 2);
  ledger.audit([stored('a', 1)], 1);
  ledger.arrive(1, message('a'), 3);
  expect(reports).toEqual(['duplicated: a came again, as 2', 'duplicated: a came again, as 3']);
});

test('two acknowledgements must say the same', () => {
  pass('a', 1);
  ledger.acknowledge('a', 1);
  expect(reports).toEqual([]);
  ledger.acknowledge('a', 2);
  expect(reports).toEqual(['duplicated: a was acknowledged as 1 and 2']);
});

test('what was acknowledged as a change that came as another one is lost', () => {
  ledger.add(sent('a'));
  ledger.acknowledge('a', 1);
  ledger.arrive(0, message('a'), 1);
  ledger.finish([upTo(1), upTo(1)]);
  expect(reports).toEqual(['lost: a is 1, and came as undefined']);
});

test('a history that shows what both sides were told differs in nothing', () => {
  pass('a', 1);
  pass('b', 2);
  for (const side of [0, 1] as const) {
    const edited = message('a', { content: 'edited' });
    ledger.change(side, { ...numbered(3), type: 'message_edited', message: edited });
    const reaction = { messageId: 'id-a', userId: 'u', emoji: '👍' };
    ledger.change(side, { ...numbered(4), type: 'reaction_added', ...reaction });
    ledger.change(side, { ...numbered(5), type: 'reaction_added', ...reaction });
    const gone = message('b', { content: '', deletedAt: 'then' });
    ledger.change(side, { ...numbered(6), type: 'message_deleted', message: gone });
    ledger.change(side, { ...numbered(7), type: 'reaction_added', ...reaction, messageId: 'id-b' });
    ledger.change(side, { ...numbered(8), type: 'read_receipt' });
  }
  const reactions = [{ emoji: '👍', userIds: ['u'] }];
  const history = [
    stored('b', 2, { content: '', deletedAt: 'then' }),
    stored('a', 1, { content: 'edited', reactions }),
  ];
  expect(ledger.differing(history, 8, nothing)).toEqual([]);
  expect(ledger.recent.map(({ clientMessageId }) => clientMessageId)).toEqual(['a', 'b']);
});

test('a history that lacks a change, or a side that does, differs', () => {
  for (const [seq, key] of ['a', 'b', 'c', 'd'].entries()) pass(key, seq + 1);
  const edited = message('a', { content: 'edited' });
  const reaction = { userId: 'u', emoji: '👍' };
  for (const side of [0, 1] as const)
    ledger.change(side, { ...numbered(5), type: 'message_edited', message: edited });
  ledger.change(0, { ...numbered(6), type: 'reaction_added', ...reaction, messageId: 'id-b' });
  ledger.change(1, { ...numbered(7), type: 'reaction_removed', ...reaction, messageId: 'id-c' });
  const reactions = [{ emoji: '👍', userIds: ['u'] }];
  const history = [
    stored('a', 1),
    stored('b', 2, { reactions }),
    stored('c', 3, { deletedAt: 'then' }),
    stored('d', 4),
  ];
  const differing = ledger.differing(history, 7, nothing);
  expect(differing.map(({ clientMessageId }) => clientMessageId)).toEqual(['a', 'b', 'c']);
  // Not compared: what is being changed, what was changed since, and what a side may have missed.
  expect(ledger.differing(history, 7, (id) => id !== 'id-d')).toEqual([]);
  expect(ledger.differing(history, 4, nothing)).toEqual([]);
  for (const side of [0, 1] as const) ledger.forgetShown(side);
  expect(ledger.differing(history, 7, nothing)).toEqual([]);
  ledger.audit(history, 7, differing.slice(0, 1));
  expect(reports).toEqual([expect.stringMatching(/^lost: a change: the history has another a /)]);
});
