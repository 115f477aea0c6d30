import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BUYER, ConversationTable, SELLER } from './conversation-table.ts';
import { NONE } from './uuid-table.ts';

/** Ids that share almost all of their bits, as imported ones may. */
const numbered = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

test('an id that is not there is not found, also not in an empty table', () => {
  const table = new ConversationTable();
  expect(table.find(randomUUID())).toBe(NONE);
  table.add(randomUUID());
  expect(table.find(randomUUID())).toBe(NONE);
});

test('an id is found within a longer text, and comes back in lower case', () => {
  const table = new ConversationTable();
  const id = randomUUID();
  const slot = table.add(id.toUpperCase());
  expect(table.findIn(Buffer.from(`conversation:${id}`), 13)).toBe(slot);
  expect(table.id(slot)).toBe(id);
});

test('a new row has no seq, no parties and no members', () => {
  const table = new ConversationTable();
  const old = table.add(randomUUID());
  table.setSeq(old, 7);
  table.link(old, BUYER, 1, NONE);
  table.setUser(old, BUYER, 5);
  table.setMember(old, BUYER);
  table.remove(old);
  const slot = table.add(randomUUID());
  expect(slot).toBe(old);
  expect(table.seq(slot)).toBeUndefined();
  for (const role of [BUYER, SELLER] as const) {
    expect(table.person(slot, role)).toBe(NONE);
    expect(table.user(slot, role)).toBe(NONE);
    expect(table.isMember(slot, role)).toBe(false);
  }
});

test('the parties do not disturb each other', () => {
  const table = new ConversationTable();
  const slot = table.add(randomUUID());
  table.link(slot, BUYER, 3, NONE);
  table.link(slot, SELLER, 4, NONE);
  table.setUser(slot, BUYER, 5);
  table.setUser(slot, SELLER, 6);
  table.setMember(slot, SELLER);
  expect([table.person(slot, BUYER), table.person(slot, SELLER)]).toEqual([3, 4]);
  expect([table.isMember(slot, BUYER), table.isMember(slot, SELLER)]).toEqual([false, true]);
  table.setUser(slot, SELLER, NONE);
  expect([table.person(slot, BUYER), table.person(slot, SELLER)]).toEqual([3, 4]);
  expect([table.user(slot, BUYER), table.user(slot, SELLER)]).toEqual([5, NONE]);
  expect(table.isMember(slot, SELLER)).toBe(false);
});

test.each([
  ['random', () => randomUUID() as string],
  ['numbered', numbered],
])('does what a Map does, with %s ids', (_, newId) => {
  const table = new ConversationTable();
  const model = new Map<string, number>();
  const ids: string[] = [];
  let random = 1;
  let foundAfterRemoval = 0;
  const next = (below: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return random % below;
  };
  for (let i = 0; i < 20_000; i += 1) {
    if (ids.length === 0 || next(5) < 3) {
      const id = newId(i);
      ids.push(id);
      model.set(id, i);
      table.setSeq(table.add(id), i);
    } else {
      const [id = ''] = ids.splice(next(ids.length), 1);
      model.delete(id);
      table.remove(table.find(id));
      foundAfterRemoval += Number(table.find(id) !== NONE);
    }
  }
  expect(foundAfterRemoval).toBe(0);
  expect(table.size).toBe(model.size);
  for (const [id, seq] of model) expect(table.seq(table.find(id))).toBe(seq);
  const used = Array.from({ length: table.end }, (__, slot) => slot).filter((slot) =>
    table.isUsed(slot),
  );
  expect(new Set(used.map((slot) => table.id(slot)))).toEqual(new Set(model.keys()));
});
