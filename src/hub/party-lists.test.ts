import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BUYER, ConversationTable, NONE, SELLER } from './conversation-table.ts';
import { type Party, PartyLists } from './party-lists.ts';

/** Two users with three conversations: one is the buyer of all, the other the seller of all. */
function setUp() {
  const table = new ConversationTable();
  const lists = new PartyLists(table);
  const [buyer, seller]: [Party, Party] = [
    { index: 0, head: NONE },
    { index: 1, head: NONE },
  ];
  const slots = Array.from({ length: 3 }, () => table.add(randomUUID()));
  for (const slot of slots) {
    lists.add(buyer, slot, BUYER);
    lists.add(seller, slot, SELLER);
  }
  const of = (party: Party) => [...lists.of(party)].map(([slot]) => slot);
  return { table, lists, buyer, seller, slots, of };
}

test('a list has what was added, once, each with its role', () => {
  const { lists, buyer, seller, slots, of } = setUp();
  for (const slot of slots) lists.add(buyer, slot, BUYER);
  expect(of(buyer)).toHaveLength(3);
  expect(new Map(lists.of(buyer))).toEqual(new Map(slots.map((slot) => [slot, BUYER])));
  expect(new Map(lists.of(seller))).toEqual(new Map(slots.map((slot) => [slot, SELLER])));
});

test.each([0, 1, 2])('number %i is removed, and the others stay', (i) => {
  const { lists, buyer, seller, slots, of } = setUp();
  const gone = slots[i] ?? NONE;
  expect(lists.remove(buyer, gone)).toBe(true);
  expect(new Set(of(buyer))).toEqual(new Set(slots.filter((slot) => slot !== gone)));
  expect(lists.roleOf(buyer, gone)).toBeUndefined();
  expect(lists.roleOf(seller, gone)).toBe(SELLER);
  expect(of(seller)).toHaveLength(3);
  expect(lists.remove(buyer, gone)).toBe(false);
});

test("what is in nobody's list, or nowhere, has no role", () => {
  const { table, lists, buyer } = setUp();
  expect(lists.roleOf(buyer, table.add(randomUUID()))).toBeUndefined();
  expect(lists.roleOf(buyer, NONE)).toBeUndefined();
});

test('a list is cleared while it is read, and the other party keeps its own', () => {
  const { lists, buyer, seller, slots, of } = setUp();
  expect(new Set(lists.clear(buyer))).toEqual(new Set(slots));
  expect(of(buyer)).toEqual([]);
  expect(of(seller)).toHaveLength(3);
});
