import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import { createMemoryBus } from '../src/bus/memory.ts';
import type { RedisSettings } from '../src/bus/redis-settings.ts';
import { openRedisBus } from '../src/bus/redis.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { channel, fence, logger, openBus, record, texts } from './support/bus.ts';
import { type ClusterSetup, startCluster } from './support/redis-cluster.ts';
import { type SentinelSetup, startSentinel } from './support/redis-sentinel.ts';

let sentinel: SentinelSetup;
let cluster: ClusterSetup;
beforeAll(async () => {
  [sentinel, cluster] = await Promise.all([startSentinel(), startCluster()]);
});
afterAll(() => Promise.all([sentinel, cluster].map((setup) => setup[Symbol.asyncDispose]())));

const MODES: readonly [string, () => RedisSettings][] = [
  ['standalone', () => ({ mode: 'standalone', url: inject('redisUrl') })],
  ['sentinel', () => sentinel.settings],
  ['cluster', () => cluster.settings],
];

describe.each<[string, () => Bus | Promise<Bus>]>([
  ['memory', createMemoryBus],
  ...MODES.map(([mode, settings]): [string, () => Promise<Bus>] => [
    mode,
    () => openBus(settings()),
  ]),
])('the bus contract: %s', (_, open) => {
  test('messages of a channel arrive in order and once, at the publisher too', async () => {
    const bus = await open();
    const received = record(bus);
    const [one, two] = [channel(), channel()];
    await bus.subscribe([one, two]);
    const expected = Array.from({ length: 1_000 }, (__, i) => String(i));
    for (const text of expected) {
      bus.publish(one, text);
      bus.publish(two, `two ${text}`);
    }
    await fence(bus, received, [one, two]);
    expect(texts(received, one)).toEqual(expected);
    expect(texts(received, two)).toEqual(expected.map((text) => `two ${text}`));
  });

  test('nothing arrives on the way out: publish does not call listeners', async () => {
    const bus = await open();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    bus.publish(name, 'later');
    expect(received).toEqual([]);
    await expect.poll(() => texts(received, name)).toEqual(['later']);
  });

  test('each listener gets each message', async () => {
    const bus = await open();
    const [first, second] = [record(bus), record(bus)];
    const name = channel();
    await bus.subscribe([name]);
    bus.publish(name, 'x');
    await expect.poll(() => texts(first, name)).toEqual(['x']);
    await expect.poll(() => texts(second, name)).toEqual(['x']);
  });

  test('a channel that is not subscribed, or no more, is silent', async () => {
    const bus = await open();
    const received = record(bus);
    const [never, once, kept] = [channel(), channel(), channel()];
    await bus.subscribe([once, kept]);
    bus.publish(never, 'no');
    bus.publish(once, 'yes');
    await fence(bus, received, [never, once]);
    bus.unsubscribe([once]);
    bus.publish(once, 'no');
    bus.publish(kept, 'yes');
    await fence(bus, received, [once, kept]);
    expect(texts(received, never)).toEqual([]);
    expect(texts(received, once)).toEqual(['yes']);
    expect(texts(received, kept)).toEqual(['yes']);
  });

  test('subscribing again, twice or to nothing is harmless', async () => {
    const bus = await open();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([]);
    bus.unsubscribe([]);
    bus.unsubscribe([name]);
    await bus.subscribe([name, name]);
    await bus.subscribe([name]);
    bus.publish(name, 'once');
    await fence(bus, received, [name]);
    expect(texts(received, name)).toEqual(['once']);
    bus.unsubscribe([name]);
    await bus.subscribe([name]);
    bus.publish(name, 'again');
    await fence(bus, received, [name]);
    expect(texts(received, name)).toEqual(['once', 'again']);
  });

  test('2,500 channels are subscribed at once', async () => {
    const bus = await open();
    const received = record(bus);
    const names = Array.from({ length: 2_500 }, channel);
    await bus.subscribe(names);
    for (const name of names) bus.publish(name, name);
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2_500);
    expect(received.every((one) => one.payload.toString() === one.channel)).toBe(true);
    expect(new Set(received.map((one) => one.channel)).size).toBe(2_500);
  });

  test.each<[string, string]>([
    ['empty', ''],
    [
      'every character of Latin-1',
      String.fromCharCode(...Array.from({ length: 256 }, (__, i) => i)),
    ],
    ['more than Latin-1', '{"a":"ü€😀"}'],
    ['64 KiB', 'ab\r\n'.repeat(16_384)],
  ])('payloads stay intact: %s', async (__, payload) => {
    const bus = await open();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    bus.publish(name, payload);
    // Several in one turn go another way than one.
    bus.publish(name, payload);
    bus.publish(name, payload);
    await expect.poll(() => received.length).toBe(3);
    expect(texts(received, name)).toEqual([payload, payload, payload]);
  });

  test('many messages in one turn arrive, those of a channel each once and in order', async () => {
    const bus = await open();
    const received = record(bus);
    const names = Array.from({ length: 7 }, channel);
    await bus.subscribe(names);
    const count = 3_000;
    for (let i = 0; i < count; i += 1) bus.publish(names[i % names.length]!, String(i));
    await expect.poll(() => received.length).toBe(count);
    for (const [n, name] of names.entries()) {
      const expected = Array.from({ length: count }, (__, i) => i).filter((i) => i % 7 === n);
      expect(texts(received, name)).toEqual(expected.map(String));
    }
  });
});

describe.each(MODES)('the Redis bus: %s', (__, settings) => {
  test('carries messages between nodes, to those that are subscribed', async () => {
    const [here, there, elsewhere] = await Promise.all([
      openBus(settings()),
      openBus(settings()),
      openBus(settings()),
    ]);
    const [own, theirs, others] = [record(here), record(there), record(elsewhere)];
    const name = channel();
    await Promise.all([here.subscribe([name]), there.subscribe([name])]);
    const expected = Array.from({ length: 200 }, (_, i) => String(i));
    for (const text of expected) here.publish(name, text);
    await expect.poll(() => texts(theirs, name)).toEqual(expected);
    await expect.poll(() => texts(own, name)).toEqual(expected);
    await fence(elsewhere, others, [name]);
    expect(texts(others, name)).toEqual([]);
  });

  test('a channel that is subscribed again right after it was dropped with thousands is subscribed', async () => {
    const bus = await openBus(settings());
    const received = record(bus);
    const names = Array.from({ length: 3_000 }, channel);
    await bus.subscribe(names);
    bus.unsubscribe(names);
    const back = names.at(-500)!;
    await bus.subscribe([back]);
    bus.publish(back, 'x');
    await fence(bus, received, [back]);
    expect(texts(received, back)).toEqual(['x']);
  });

  test('what is published last goes out before the connections are closed', async () => {
    const disposer = new Disposer();
    const leaving = await openRedisBus(settings(), logger, disposer);
    const bus = await openBus(settings());
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    leaving.publish(name, 'bye');
    await disposer[Symbol.asyncDispose]();
    await expect.poll(() => texts(received, name)).toEqual(['bye']);
  });
});
