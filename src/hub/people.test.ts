import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { People } from './people.ts';
import { NONE } from './uuid-table.ts';

test('somebody is there for as long as anything names them', () => {
  const people = new People();
  const id = randomUUID();
  const person = people.hold(id);
  expect(people.hold(id.toUpperCase())).toBe(person);
  people.holdAgain(person);
  people.release(person);
  people.release(person);
  expect(people.id(person)).toBe(id);
  people.release(person);
  expect(people.find(id)).toBe(NONE);
  expect(people.size).toBe(0);
});

test('a new one begins with nothing of who had the place before', () => {
  const people = new People();
  const old = people.hold(randomUUID());
  people.setHead(old, 7);
  people.setNodes(old, 2);
  people.setSeenAt(old, 1);
  people.release(old);
  const person = people.hold(randomUUID());
  expect(person).toBe(old);
  expect([people.head(person), people.nodes(person), people.seenAt(person)]).toEqual([
    NONE,
    0,
    undefined,
  ]);
});

test.each([1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_700_000_000_123, 253_402_300_799_999])(
  'times come back to the millisecond: %i',
  (ms) => {
    const people = new People();
    const person = people.hold(randomUUID());
    people.setSeenAt(person, ms);
    expect(people.seenAt(person)).toBe(ms);
    people.setSeenAt(person, undefined);
    expect(people.seenAt(person)).toBeUndefined();
  },
);
