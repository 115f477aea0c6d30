import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BUYER, ConversationTable, SELLER } from './conversation-table.ts';
import { type Party, PartyLists } from './party-lists.ts';
import { People } from './people.ts';
import { NONE } from './uuid-table.ts';

/** Two users with three conversations: one is the buyer of all, the other the seller of all. */
function setUp() {
  const table = new ConversationTable();
  const people = new People();
  const lists = new PartyLists(table, people);
  const [buyerId, sellerId] = [randomUUID(), randomUUID()];
  const buyer = { index: 0, person: people.hold(buyerId) };
  const seller = { index: 1, person: people.hold(sellerId) };
  const slots = Array.from({ length: 3 }, () => table.add(randomUUID()));
  for (const slot of slots) {
    lists.add(buyer, slot, BUYER, sellerId);
    lists.add(seller, slot, SELLER, buyerId);
  }
  const of = (party: Party) => [...lists.of(party)].map(([slot]) => slot);
  return { table, people, lists, buyer, seller, buyerId, sellerId, slots, of };
}

test('a list has what was added, once, each with its role', () => {
  const { lists, buyer, seller, sellerId, slots, of } = setUp();
  for (const slot of slots) lists.add(buyer, slot, BUYER, sellerId);
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

test.each([
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
])('those that go (%i, %i, %i) are in no list any more', (...order) => {
  const { table, lists, buyer, seller, slots, of } = setUp();
  const left = new Set(slots);
  for (const i of order) {
    const gone = slots[i] ?? NONE;
    lists.unlink(gone);
    table.remove(gone);
    left.delete(gone);
    for (const party of [buyer, seller]) expect(new Set(of(party))).toEqual(left);
  }
});

test("what is in nobody's list, or nowhere, has no role", () => {
  const { table, lists, buyer } = setUp();
  expect(lists.roleOf(buyer, table.add(randomUUID()))).toBeUndefined();
  expect(lists.roleOf(buyer, NONE)).toBeUndefined();
});

test('a list is cleared, and the other party keeps its own', () => {
  const { lists, buyer, seller, slots, of } = setUp();
  expect(new Set(lists.clear(buyer))).toEqual(new Set(slots));
  expect(of(buyer)).toEqual([]);
  expect(of(seller)).toHaveLength(3);
});

test("of somebody who is not here it has what others' conversations say", () => {
  const { lists, buyer, seller, sellerId, slots, of } = setUp();
  lists.clear(buyer);
  const ofBuyer = [...lists.ofPerson(buyer.person)].map(([slot]) => slot);
  expect(new Set(ofBuyer)).toEqual(new Set(slots));
  // Coming back finds them again, one by one.
  lists.add(buyer, slots[1] ?? NONE, BUYER, sellerId);
  expect(of(buyer)).toEqual([slots[1]]);
  expect(of(seller)).toHaveLength(3);
});

test('people go with the last thing that names them', () => {
  const { table, people, lists, buyer, seller, slots } = setUp();
  people.release(buyer.person);
  people.release(seller.person);
  for (const slot of slots) {
    expect(people.size).toBe(2);
    lists.unlink(slot);
    table.remove(slot);
  }
  expect(people.size).toBe(0);
});
