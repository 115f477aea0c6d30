import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { People } from './people.ts';
import { GRACE_MS, Picture } from './picture.ts';
import { NONE } from './uuid-table.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

function setUp() {
  const people = new People();
  const told: string[] = [];
  const picture: Picture = new Picture(people, (person) => {
    const seenAt = people.seenAt(person);
    const since = seenAt === undefined ? '' : ` ${seenAt}`;
    told.push(picture.isOnline(person) ? 'online' : `offline${since}`);
  });
  const isOnline = (id: string) => {
    const person = people.find(id);
    return person !== NONE && picture.isOnline(person);
  };
  return { people, picture, told, isOnline, id: randomUUID() };
}

test('coming is told at once, going after a grace, with when it was', async () => {
  const { people, picture, told, isOnline, id } = setUp();
  picture.arrive('a', id);
  expect(told).toEqual(['online']);
  picture.depart('a', id, 1_700_000_000_123);
  await vi.advanceTimersByTimeAsync(GRACE_MS - 100);
  expect(told).toEqual(['online']);
  expect(isOnline(id)).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual(['online', 'offline 1700000000123']);
  expect([picture.size, people.size]).toEqual([0, 0]);
});

test('whoever comes back within the grace, to whichever node, has never been away', async () => {
  const { people, picture, told, id } = setUp();
  picture.arrive('a', id);
  for (const node of ['b', 'a', 'a']) {
    picture.depart('a', id, Date.now());
    picture.depart('b', id, Date.now());
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1_000);
    picture.arrive(node, id);
  }
  await vi.advanceTimersByTimeAsync(10 * GRACE_MS);
  expect(told).toEqual(['online']);
  picture.depart('a', id, Date.now());
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(people.size).toBe(0);
});

test('somebody is online while on any node', async () => {
  const { picture, told, id } = setUp();
  for (const node of ['a', 'b', 'b']) picture.arrive(node, id);
  picture.depart('a', id, 2_000);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(told).toEqual(['online']);
  picture.depart('b', id, 1_000);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  // The clocks of two nodes differ: the later one stands.
  expect(told).toEqual(['online', 'offline 2000']);
});

test('with a node all go who are on no other', async () => {
  const { picture, told, id, isOnline } = setUp();
  const others = [randomUUID(), randomUUID()];
  for (const other of [...others, id]) picture.arrive('a', other);
  picture.arrive('b', id);
  expect(new Set(picture.drop('a'))).toEqual(new Set([...others, id]));
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(told.filter((word) => word.startsWith('offline'))).toHaveLength(2);
  expect(isOnline(id)).toBe(true);
  expect(picture.size).toBe(1);
  expect(picture.has('a')).toBe(false);
});

test('all that a node names replaces what was known of it, and no more is told than has changed', async () => {
  const { picture, told, id, isOnline } = setUp();
  const [gone, stays] = [randomUUID(), randomUUID()];
  for (const one of [gone, stays]) picture.arrive('a', one);
  told.length = 0;
  for (const one of [stays, id]) picture.arrive('a', one);
  picture.keepOnly('a', [stays, id], 'unknown');
  expect(isOnline(gone)).toBe(true);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  // Perhaps it hid: there is no time.
  expect(told).toEqual(['online', 'offline']);
  expect([gone, stays, id].map(isOnline)).toEqual([false, true, true]);
});

test('of thousands who go together not all are told of in one turn of the event loop', async () => {
  const { picture, told } = setUp();
  for (let i = 0; i < 1_200; i += 1) picture.arrive('a', randomUUID());
  told.length = 0;
  picture.drop('a');
  const counts: number[] = [];
  while (picture.size > 0) {
    await vi.advanceTimersToNextTimerAsync();
    counts.push(told.length);
  }
  expect(counts).toEqual([500, 1_000, 1_200]);
});

test('whoever hides is offline at once, and nobody knows since when', () => {
  const { picture, told, id } = setUp();
  picture.arrive('a', id);
  picture.arrive('b', id);
  picture.depart('a', id, 'hidden');
  expect(told).toEqual(['online']);
  picture.depart('b', id, 'hidden');
  expect(told).toEqual(['online', 'offline']);
});

test('whoever hides while going, or after, is told of once more without the time', async () => {
  const { people, picture, told, id } = setUp();
  // Somebody here has a conversation with the user.
  people.hold(id);
  picture.arrive('a', id);
  picture.depart('a', id, 1_000);
  picture.hide(id);
  expect(told).toEqual(['online', 'offline']);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  picture.hide(id);
  expect(told).toEqual(['online', 'offline', 'offline']);
});

test('whoever hid while on a node leaves no time behind, however word of going comes', async () => {
  const { people, picture, told, id } = setUp();
  picture.arrive('a', id);
  picture.hide(id);
  // It went before its node had heard of hiding, or with its node.
  picture.depart('a', id, 1_000);
  expect(told).toEqual(['online', 'offline']);
  picture.arrive('a', id);
  picture.hide(id);
  picture.show(id);
  picture.depart('a', id, 2_000);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(told).toEqual(['online', 'offline', 'online', 'offline 2000']);
  expect(people.size).toBe(0);
});

test('digests are the same for the same people, in whatever order they came', () => {
  const [one, other] = [setUp().picture, setUp().picture];
  // As imported ids may be: numbered.
  const ids = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  for (const id of ids) one.arrive('a', id);
  for (const id of ids.toReversed()) other.arrive('a', id);
  expect(one.digest('a')).toEqual(other.digest('a'));
  other.depart('a', ids[0]!, 1);
  other.arrive('a', '00000000-0000-4000-8000-000000000005');
  expect(one.digest('a')).not.toEqual(other.digest('a'));
  expect(one.digest('a').count).toBe(other.digest('a').count);
  for (const id of ids) one.depart('a', id, 1);
  expect(one.digest('a')).toEqual({ count: 0, hash: 0 });
});
