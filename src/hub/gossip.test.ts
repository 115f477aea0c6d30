import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus, BusListener } from '../bus/bus.ts';
import { Disposer } from '../lib/disposer.ts';
import { createLogger } from '../lib/logger.ts';
import { Gossip } from './gossip.ts';
import { Peers } from './peers.ts';
import { People } from './people.ts';
import { GRACE_MS, Picture } from './picture.ts';
import { NONE } from './uuid-table.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** A bus that may lose what `loses` says, and whose nodes can be cut off. */
class Wire {
  readonly published: string[] = [];
  loses: (text: string) => boolean = () => false;
  readonly #ends = new Set<{ isUp: boolean; listeners: BusListener[] }>();

  connect(): { bus: Bus; setUp: (isUp: boolean) => void } {
    const end = { isUp: true, listeners: [] as BusListener[] };
    const gaps: (() => void)[] = [];
    this.#ends.add(end);
    const bus = {
      get isConnected() {
        return end.isUp;
      },
      lostPublishes: 0,
      publish: (channel: string, payload: string) => {
        const text = `${channel} ${payload}`;
        this.published.push(text);
        for (const to of this.#ends) {
          const isOwn = to === end;
          if (!isOwn && (!end.isUp || !to.isUp || this.loses(text))) continue;
          for (const listener of to.listeners) listener(Buffer.from(channel), Buffer.from(payload));
        }
      },
      subscribe: () => Promise.resolve(),
      unsubscribe: () => undefined,
      provideChannels: () => undefined,
      onMessage: (listener: BusListener) => void end.listeners.push(listener),
      onGap: (listener: () => void) => void gaps.push(listener),
    } satisfies Bus;
    return {
      bus,
      setUp(isUp) {
        end.isUp = isUp;
        if (isUp) for (const gap of gaps) gap();
      },
    };
  }
}

async function node(wire: Wire) {
  const { bus, setUp } = wire.connect();
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const people = new People();
  const told: string[] = [];
  const picture: Picture = new Picture(people, (person) =>
    told.push(`${picture.isOnline(person) ? '+' : '-'}${people.id(person)}`),
  );
  disposer.defer(() => picture.stop());
  const hidden: string[] = [];
  const events = {
    onLoss: () => undefined,
    onGone: (id: string) => void gossip.nodeGone(id),
  };
  const peers = new Peers(bus, events, createLogger('silent'), disposer);
  const gossip = new Gossip(
    { bus, peers, picture, onHide: (...word) => void hidden.push(word.join(' ')) },
    disposer,
  );
  await Promise.all([peers.join(), gossip.join()]);
  const isOnline = (id: string) => {
    const person = people.find(id);
    return person !== NONE && picture.isOnline(person);
  };
  /** It dies, or is stopped: nothing is heard of it, and it hears nothing. */
  const stop = () => disposer[Symbol.asyncDispose]();
  return { gossip, peers, picture, told, hidden, isOnline, setUp, stop };
}

const ids = (count: number) => Array.from({ length: count }, () => randomUUID() as string);
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('others know at once of the first change, and of many with few messages', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  await wait(3_000);
  const [first = '', ...more] = ids(101);
  a.gossip.arrived(first);
  await wait(0);
  expect(b.isOnline(first)).toBe(true);
  wire.published.length = 0;
  for (const id of more) a.gossip.arrived(id);
  await wait(250);
  expect(more.every(b.isOnline)).toBe(true);
  expect(wire.published.filter((text) => text.includes('changes'))).toHaveLength(1);
  expect(b.picture.size).toBe(101);
});

test('of somebody who comes and goes between two messages only how it is now is told', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  await wait(3_000);
  const [warm = '', id = ''] = ids(2);
  a.gossip.arrived(warm);
  await wait(0);
  for (let i = 0; i < 9; i += 1) {
    a.gossip.arrived(id);
    a.gossip.departed(id, Date.now());
  }
  await wait(GRACE_MS + 1_000);
  expect(b.told).toEqual([`+${warm}`]);
});

test('a node that joins learns of all who are there, also of more than one message holds', async () => {
  const wire = new Wire();
  const a = await node(wire);
  const known = ids(1_201);
  for (const id of known) a.gossip.arrived(id);
  await wait(3_000);
  const b = await node(wire);
  await wait(1_000);
  expect(known.every(b.isOnline)).toBe(true);
  expect(b.picture.size).toBe(1_201);
});

test('who is named in a part of all is there with that part, and nobody goes before the last', async () => {
  const wire = new Wire();
  const b = await node(wire);
  const { bus } = wire.connect();
  const known = ids(600);
  const [old = '', other] = ids(2);
  bus.publish('presence', `${other} changes +${old}`);
  bus.publish('presence', `${other} part 0 2 ${known.slice(0, 500).join(' ')}`);
  expect(known.filter(b.isOnline)).toHaveLength(500);
  bus.publish('presence', `${other} part 1 2 ${known.slice(500).join(' ')}`);
  expect(known.every(b.isOnline)).toBe(true);
  expect(b.picture.digest(other!).count).toBe(600);
});

test.each(['changes', ' part 1 '])('what is lost (%s) is there within seconds', async (lost) => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  await wait(3_000);
  const known = ids(700);
  wire.loses = (text) => text.includes(lost) || text.includes('changes');
  for (const id of known) a.gossip.arrived(id);
  await wait(2_500);
  wire.loses = () => false;
  await wait(4_000);
  expect(known.every(b.isOnline)).toBe(true);
  wire.loses = (text) => text.includes('changes');
  for (const id of known.slice(1)) a.gossip.departed(id, Date.now());
  await wait(1_000);
  wire.loses = () => false;
  await wait(4_000 + GRACE_MS);
  expect(known.filter(b.isOnline)).toEqual(known.slice(0, 1));
});

test('nothing is asked for, and nobody named again, while the pictures are the same', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  for (const id of ids(10)) a.gossip.arrived(id);
  for (const id of ids(10)) b.gossip.arrived(id);
  await wait(5_000);
  wire.published.length = 0;
  await wait(60_000);
  const words = new Set(wire.published.map((text) => text.split(' ')[2]));
  expect(words).toEqual(new Set(['alive', 'digest']));
});

test('whoever was on a node that died is gone within ten seconds, and not who has come to another', async () => {
  const wire = new Wire();
  const [a, b, c] = [await node(wire), await node(wire), await node(wire)];
  await wait(3_000);
  const [gone = '', moved = ''] = ids(2);
  for (const id of [gone, moved]) a.gossip.arrived(id);
  await wait(1_000);
  await a.stop();
  await wait(3_000);
  c.gossip.arrived(moved);
  await wait(7_000);
  for (const { isOnline, told } of [b, c]) {
    expect([isOnline(gone), isOnline(moved)]).toEqual([false, true]);
    expect(told).toEqual([`+${gone}`, `+${moved}`, `-${gone}`]);
  }
});

test('a node that was cut off makes nobody offline, and catches up when it is back', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  const [stays = '', goes = '', comes = ''] = ids(3);
  for (const id of [stays, goes]) a.gossip.arrived(id);
  await wait(3_000);
  b.setUp(false);
  a.gossip.departed(goes, Date.now());
  a.gossip.arrived(comes);
  // To just after a digest: the next one is two seconds away.
  await wait(59_100);
  expect([stays, goes, comes].map(b.isOnline)).toEqual([true, true, false]);
  // Its own users, told to others meanwhile in vain.
  const [own = ''] = ids(1);
  b.gossip.arrived(own);
  b.setUp(true);
  await wait(1_500);
  expect(b.isOnline(comes)).toBe(true);
  expect(a.isOnline(own)).toBe(true);
  await wait(GRACE_MS);
  expect([stays, goes, comes].map(b.isOnline)).toEqual([true, false, true]);
});

test('a node that was taken for dead is there again with all who are on it', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  const known = ids(20);
  for (const id of known) a.gossip.arrived(id);
  await wait(3_000);
  // Nothing is heard of it, as of a process that is stopped.
  wire.loses = (text) => text.includes(` ${a.peers.id} `) || text.endsWith(a.peers.id);
  await wait(20_000);
  expect(known.some(b.isOnline)).toBe(false);
  wire.loses = () => false;
  await wait(3_000);
  expect(known.every(b.isOnline)).toBe(true);
});

test('with goodbye all go, and nothing that is said afterwards brings anybody back', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  const [id = ''] = ids(1);
  a.gossip.arrived(id);
  await wait(3_000);
  a.gossip.leave();
  a.peers.leave();
  await wait(GRACE_MS + 500);
  expect(b.isOnline(id)).toBe(false);
  await wait(60_000);
  expect(b.told).toEqual([`+${id}`, `-${id}`]);
});

test('word of who hides reaches all nodes, the own one too', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  const [id = ''] = ids(1);
  a.gossip.hide(id, true);
  a.gossip.hide(id, false);
  for (const { hidden } of [a, b]) expect(hidden).toEqual([`${id} true`, `${id} false`]);
});

test('what a newer version says is passed over', async () => {
  const wire = new Wire();
  const [a, b] = [await node(wire), await node(wire)];
  const { bus } = wire.connect();
  bus.publish('presence', `${randomUUID()} sings la la`);
  bus.publish('presence', '');
  const [id = ''] = ids(1);
  a.gossip.arrived(id);
  await wait(1_000);
  expect(b.isOnline(id)).toBe(true);
});
