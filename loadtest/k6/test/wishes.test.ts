import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Sent } from '../lib/ledger.ts';
import { Wishes } from '../lib/wishes.ts';

const shown = { content: 'a message', isDeleted: false, reactions: [] };
const sent = (messageId: string, sender: 0 | 1): Sent => ({
  clientMessageId: messageId,
  content: 'a message',
  sender,
  saidAt: 0,
  saidLive: 0,
  tries: 1,
  dueAt: 0,
  ackedSeq: 1,
  arrivedSeq: [1, 1],
  messageId,
  shown: [shown, shown],
  changedSeq: 0,
});
const message = (id: string, changed: object = {}) => ({
  id,
  senderId: 'buyer',
  content: 'a message',
  ...changed,
});
const numbered = { conversationId: 'x', seq: 2 };

let wishes: Wishes;
beforeEach(() => {
  wishes = new Wishes();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Below 0.4 it is an edit, below 0.5 a deletion, above a reaction. */
const chance = (value: number) => vi.spyOn(Math, 'random').mockReturnValue(value);

test('an edit is asked for until its side sees it, and no other is made meanwhile', () => {
  chance(0.1);
  expect(wishes.make(0, 'buyer', [sent('theirs', 1)])).toBe(false);
  expect(wishes.make(0, 'buyer', [sent('m', 0)])).toBe(true);
  const content = 'a message, edit 1';
  expect(wishes.due(0, 0)).toEqual({ type: 'edit_message', messageId: 'm', content });
  wishes.postpone(0, 5);
  expect([wishes.due(0, 4), wishes.due(0, 5)?.messageId, wishes.due(1, 5)]).toEqual([
    undefined,
    'm',
    undefined,
  ]);
  expect(wishes.make(0, 'buyer', [sent('n', 0)])).toBe(false);
  const edited = message('m', { content });
  wishes.onChange(1, 'seller', { ...numbered, type: 'message_edited', message: edited });
  wishes.onChange(0, 'buyer', { ...numbered, type: 'message_edited', message: message('m') });
  expect([wishes.open, wishes.isOpen('m')]).toEqual([1, true]);
  wishes.onChange(0, 'buyer', { ...numbered, type: 'message_edited', message: edited });
  expect([wishes.open, wishes.isOpen('m')]).toEqual([0, false]);
});

test('whatever was wanted of a message, its deletion ends it', () => {
  for (const value of [0.1, 0.45, 0.9]) {
    chance(value);
    expect(wishes.make(0, 'buyer', [sent('m', 0)])).toBe(true);
    const gone = message('m', { content: '', deletedAt: 'then' });
    wishes.onChange(0, 'buyer', { ...numbered, type: 'message_deleted', message: gone });
    expect(wishes.open).toBe(0);
  }
});

test("a reaction is to anybody's message, is taken back when it is there, and only one's own counts", () => {
  chance(0.9);
  wishes.make(0, 'buyer', [sent('m', 1)]);
  const wish = wishes.due(0, 0);
  expect(wish).toMatchObject({ type: 'add_reaction', messageId: 'm' });
  const emoji = wish !== undefined && 'emoji' in wish ? wish.emoji : '';
  const added = { ...numbered, type: 'reaction_added', messageId: 'm', emoji } as const;
  wishes.onChange(0, 'buyer', { ...added, userId: 'seller' });
  wishes.onChange(0, 'buyer', { ...added, type: 'reaction_removed', userId: 'buyer' });
  expect(wishes.open).toBe(1);
  wishes.onChange(0, 'buyer', { ...added, userId: 'buyer' });
  expect(wishes.open).toBe(0);
  const reactions = ['👍🏽', '❤️', '👩‍👩‍👧‍👦', '🇫🇷'].map((each) => `${each} buyer`);
  wishes.make(0, 'buyer', [{ ...sent('m', 1), shown: [{ ...shown, reactions }, shown] }]);
  expect(wishes.due(0, 0)).toMatchObject({ type: 'remove_reaction', messageId: 'm' });
});

test('nothing is wanted of what was deleted, and what is refused is dropped', () => {
  chance(0.1);
  const deleted = { ...shown, isDeleted: true };
  expect(wishes.make(0, 'buyer', [{ ...sent('m', 0), shown: [deleted, deleted] }])).toBe(false);
  wishes.make(0, 'buyer', [sent('m', 0)]);
  wishes.drop(0);
  expect(wishes.open).toBe(0);
});
