import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { People } from './people.ts';
import { Session } from './session.ts';
import { Telling } from './telling.ts';
import type { LocalUser } from './users.ts';
import type { Slot } from './uuid-table.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

function setUp() {
  const people = new People();
  const online = new Set<Slot>();
  let onTold: (() => void) | undefined;
  const told: { to: string; userId: string; online: boolean; lastSeenAt: string | null }[] = [];
  const telling = new Telling({
    people,
    isOnline: (person) => online.has(person),
    tell(user, frame) {
      told.push({ to: user.id, ...JSON.parse(Buffer.from(frame).toString('utf8')) });
      onTold?.();
    },
  });
  onTestFinished(() => telling.stop());
  const user = (waiting = { bytes: 0 }): LocalUser => {
    const id = randomUUID();
    const socket = {
      send: () => undefined,
      join: () => undefined,
      close: () => undefined,
      bufferedBytes: () => waiting.bytes,
    };
    return {
      id,
      index: 0,
      person: people.hold(id),
      sessions: [new Session(id, Infinity, socket)],
      loading: undefined,
      news: undefined,
      visibility: 'shown',
      visibilityAsks: 0,
      untold: undefined,
    };
  };
  const persons = (count: number) => Array.from({ length: count }, () => people.hold(randomUUID()));
  return {
    people,
    online,
    told,
    telling,
    user,
    persons,
    onTold: (then: () => void) => void (onTold = then),
  };
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('the first is told at once, many at a pace, and each once', async () => {
  const { people, online, told, telling, user, persons } = setUp();
  const [one, all] = [user(), persons(200)];
  for (const person of all) {
    online.add(person);
    telling.add(one, person);
    telling.add(one, person);
  }
  await wait(0);
  expect(told).toHaveLength(5);
  await wait(990);
  expect(told.length).toBeLessThanOrEqual(50);
  await wait(4_000);
  expect(new Set(told.map(({ userId }) => userId))).toEqual(
    new Set(all.map((person) => people.id(person))),
  );
  expect(told).toHaveLength(200);
  expect(one.untold).toBeUndefined();
});

test('of somebody who comes and goes meanwhile only how it is at last is told', async () => {
  const { people, online, told, telling, user, persons } = setUp();
  const one = user();
  const [restless = -1, ...others] = persons(20);
  for (const person of others) telling.add(one, person);
  for (let i = 0; i < 9; i += 1) {
    online.add(restless);
    telling.add(one, restless);
    online.delete(restless);
    people.setSeenAt(restless, 1_700_000_000_000);
    telling.add(one, restless);
  }
  await wait(2_000);
  const userId = people.id(restless);
  expect(told.filter((frame) => frame.userId === userId)).toMatchObject([
    { online: false, lastSeenAt: '2023-11-14T22:13:20.000Z' },
  ]);
});

test('who is not known to have been here has no time; who is here has the time of now', async () => {
  const { online, told, telling, user, persons } = setUp();
  const one = user();
  const [there = -1, gone = -1] = persons(2);
  online.add(there);
  for (const person of [there, gone]) telling.add(one, person);
  await wait(0);
  const now = new Date().toISOString();
  expect(told).toMatchObject([
    { online: true, lastSeenAt: now, timestamp: now },
    { online: false, lastSeenAt: null, timestamp: now },
  ]);
});

test('a socket that is behind gets nothing until it has caught up', async () => {
  const { told, telling, user, persons } = setUp();
  const waiting = { bytes: 5_000 };
  const [slow, quick] = [user(waiting), user()];
  const [person = -1] = persons(1);
  telling.add(slow, person);
  telling.add(quick, person);
  await wait(3_000);
  expect(told.map(({ to }) => to)).toEqual([quick.id]);
  waiting.bytes = 0;
  await wait(200);
  expect(told.map(({ to }) => to)).toEqual([quick.id, slow.id]);
});

test('thousands who hear of one person do so in turns', async () => {
  const { told, telling, user, persons } = setUp();
  const [person = -1] = persons(1);
  for (let i = 0; i < 2_500; i += 1) telling.add(user(), person);
  await wait(0);
  expect(told).toHaveLength(1_000);
  await wait(250);
  expect(told).toHaveLength(2_500);
  expect(new Set(told.map(({ to }) => to)).size).toBe(2_500);
});

test('who has gone is told nothing, and holds nobody', async () => {
  const { people, told, telling, user, persons } = setUp();
  const one = user();
  const [person = -1] = persons(1);
  telling.add(one, person);
  people.release(person);
  expect(people.size).toBe(2);
  telling.forget(one);
  expect(people.size).toBe(1);
  await wait(1_000);
  expect(told).toEqual([]);
});

test('a user who goes because of what is told hears no more, and holds nobody', async () => {
  const { people, told, telling, user, persons, onTold } = setUp();
  const one = user();
  const some = persons(3);
  for (const person of some) telling.add(one, person);
  onTold(() => telling.forget(one));
  await wait(1_000);
  expect(told).toHaveLength(1);
  expect(people.size).toBe(4);
  for (const person of some) people.release(person);
  expect(people.size).toBe(1);
});
