import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type BusListener, PRESENCE_CHANNEL } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory.ts';
import { Disposer } from '../lib/disposer.ts';
import { createLogger } from '../lib/logger.ts';
import type { ServedConversations } from './conversations.ts';
import { Peers } from './peers.ts';
import { People } from './people.ts';
import { Presence } from './presence.ts';
import type { LocalUser, LocalUsers } from './users.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** One node, whose users come when the test says so, and a table of who hides that answers when the test says so. */
async function setUp() {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const bus = createMemoryBus();
  const heard: string[] = [];
  const listener: BusListener = (channel, payload) =>
    channel.toString() === PRESENCE_CHANNEL && heard.push(payload.toString());
  bus.onMessage(listener);
  const people = new People();
  const here = new Map<string, LocalUser>();
  const hiding = new Set<string>();
  const reads: { userId: string; answer: () => void }[] = [];
  const noted: string[] = [];
  const peers = new Peers(
    bus,
    { onLoss: () => undefined, onGone: (node, isDead) => presence.nodeGone(node, isDead) },
    createLogger('silent'),
    disposer,
  );
  const presence = new Presence(
    {
      bus,
      peers,
      people,
      served: { others: () => [], membersAround: () => [] } as unknown as ServedConversations,
      users: {
        get: (id: string) => here.get(id),
        isHere: (user: LocalUser) => here.get(user.id) === user,
        [Symbol.iterator]: () => here.values(),
        get size() {
          return here.size;
        },
      } as unknown as LocalUsers,
      lastSeen: {
        note(userId, _, onRead) {
          noted.push(userId);
          const hides = hiding.has(userId);
          if (onRead !== undefined) reads.push({ userId, answer: () => onRead(hides) });
        },
      },
    },
    disposer,
  );
  await Promise.all([peers.join(), presence.join()]);
  const arrive = (): LocalUser => {
    const id = randomUUID();
    const user: LocalUser = {
      id,
      index: here.size,
      person: people.hold(id),
      sessions: [],
      loading: undefined,
      news: undefined,
      visibility: 'unknown',
      visibilityAsks: 0,
      untold: undefined,
    };
    here.set(id, user);
    presence.arrived(user);
    return user;
  };
  const answerAll = () => {
    for (const { answer } of reads.splice(0)) answer();
  };
  return { bus, presence, here, hiding, noted, heard, arrive, answerAll };
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('nobody is announced before it is known whether they hide', async () => {
  const { presence, hiding, heard, arrive, answerAll } = await setUp();
  const [shown, hidden] = [arrive(), arrive()];
  hiding.add(hidden.id);
  await wait(10_000);
  expect(presence.isOnline(shown.id)).toBe(false);
  answerAll();
  presence.arrived(hidden);
  answerAll();
  presence.hide(hidden.id, true);
  await wait(1_000);
  expect(presence.isOnline(shown.id)).toBe(true);
  expect(presence.isOnline(hidden.id)).toBe(false);
  expect(presence.size).toBe(1);
  expect(heard.some((text) => text.includes(`+${shown.id}`))).toBe(true);
});

test('one who hides is never named on the bus', async () => {
  const { hiding, presence, here, heard, arrive, answerAll } = await setUp();
  const known = arrive();
  hiding.add(known.id);
  here.delete(known.id);
  presence.departed(known);
  const again = { ...known };
  here.set(again.id, again);
  answerAll();
  presence.arrived(again);
  answerAll();
  await wait(5_000);
  here.delete(again.id);
  presence.departed(again);
  await wait(20_000);
  expect(heard.filter((text) => text.includes(known.id))).toEqual([]);
});

test('word of hiding that comes while the row is being read is newer than what is read', async () => {
  const { presence, hiding, arrive, answerAll } = await setUp();
  const user = arrive();
  answerAll();
  presence.arrived(user);
  presence.hide(user.id, true);
  await wait(100);
  answerAll();
  expect(presence.isOnline(user.id)).toBe(false);
  presence.hide(user.id, false);
  await wait(100);
  answerAll();
  expect(presence.isOnline(user.id)).toBe(true);
  expect(hiding.size).toBe(0);
});

test('word of being seen again may be older than the row, which decides', async () => {
  const { presence, hiding, arrive, answerAll } = await setUp();
  const user = arrive();
  answerAll();
  // Two requests on two nodes: their words came in the other order.
  hiding.add(user.id);
  presence.hide(user.id, true);
  presence.hide(user.id, false);
  await wait(100);
  answerAll();
  expect(presence.isOnline(user.id)).toBe(false);
  // And a read may be older than the word of hiding that comes before its answer.
  hiding.delete(user.id);
  presence.hide(user.id, false);
  await wait(100);
  hiding.add(user.id);
  presence.hide(user.id, true);
  await wait(100);
  answerAll();
  expect(presence.isOnline(user.id)).toBe(false);
});

test('when word of hiding is lost, the row is read again within minutes', async () => {
  const { presence, hiding, arrive, answerAll } = await setUp();
  const users = Array.from({ length: 700 }, arrive);
  answerAll();
  const [user] = users;
  hiding.add(user!.id);
  await wait(300_000);
  answerAll();
  expect(presence.isOnline(user!.id)).toBe(false);
  expect(presence.size).toBe(699);
});

/** An id behind all others, so that the node of the test is the first. */
const last = (node = '') => `${'f'.repeat(8)}${node.slice(8)}`;

test('of a node that died, and not of one that said goodbye, one node writes who was there', async () => {
  const { bus, noted } = await setUp();
  const [dead, gone, id, other] = Array.from({ length: 4 }, () => randomUUID());
  bus.publish(PRESENCE_CHANNEL, `${last(dead)} changes +${id}`);
  bus.publish(PRESENCE_CHANNEL, `${last(gone)} changes +${other}`);
  bus.publish('nodes', `${last(gone)} bye`);
  await wait(10_000);
  expect(noted).toEqual([id]);
});

test('when several nodes die together, one of those that are left writes', async () => {
  const { bus, noted } = await setUp();
  const [dead, id] = [randomUUID(), randomUUID()];
  // Before all others, so that it would have been the one to write; it died a moment later.
  const first = `${'0'.repeat(8)}${dead.slice(8)}`;
  bus.publish(PRESENCE_CHANNEL, `${last(dead)} changes +${id}`);
  bus.publish('nodes', `${first} alive`);
  await wait(10_000);
  expect(noted).toEqual([id]);
});
