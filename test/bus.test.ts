import { randomUUID } from 'node:crypto';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import { createMemoryBus } from '../src/bus/memory.ts';
import { openRedisBus } from '../src/bus/redis.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { type Proxy, startProxy } from './support/proxy.ts';

interface Received {
  readonly channel: string;
  readonly payload: Buffer;
}

const logger = createLogger('silent');
const channel = () => `conversation:${randomUUID()}`;

async function openRedis(url = inject('redisUrl')): Promise<Bus> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  return providing(await openRedisBus({ mode: 'standalone', url }, logger, disposer));
}

/** A bus that is told what to subscribe anew, as the hub tells it. */
function providing(bus: Bus): Bus {
  const wanted = new Set<string>();
  bus.provideChannels(() => wanted);
  return Object.assign(Object.create(bus) as Bus, {
    subscribe(channels: readonly string[]) {
      for (const name of channels) wanted.add(name);
      return bus.subscribe(channels);
    },
    unsubscribe(channels: readonly string[]) {
      for (const name of channels) wanted.delete(name);
      bus.unsubscribe(channels);
    },
  });
}

/** A bus whose connections can be harmed without those of other files' nodes. */
async function openBehindProxy(): Promise<{ bus: Bus; proxy: Proxy }> {
  const proxy = await startProxy(inject('redisUrl'));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { bus: await openRedis(proxy.url), proxy };
}

/** What a bus brings, copied: a payload is valid only during the call. */
function record(bus: Bus): Received[] {
  const received: Received[] = [];
  bus.onMessage((name, payload) =>
    received.push({ channel: name.toString(), payload: Buffer.from(payload) }),
  );
  return received;
}

const texts = (received: readonly Received[], name: string): string[] =>
  received.filter((one) => one.channel === name).map((one) => one.payload.toString());

/** What was published before has arrived, or never will, when this one has: one connection keeps the order. */
async function fence(bus: Bus, received: readonly Received[]): Promise<void> {
  const name = channel();
  await bus.subscribe([name]);
  bus.publish(name, 'fence');
  await expect.poll(() => texts(received, name)).toEqual(['fence']);
}

describe.each<[string, () => Bus | Promise<Bus>]>([
  ['memory', createMemoryBus],
  ['Redis', () => openRedis()],
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
    await fence(bus, received);
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
    await fence(bus, received);
    bus.unsubscribe([once]);
    bus.publish(once, 'no');
    bus.publish(kept, 'yes');
    await fence(bus, received);
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
    await fence(bus, received);
    expect(texts(received, name)).toEqual(['once']);
    bus.unsubscribe([name]);
    await bus.subscribe([name]);
    bus.publish(name, 'again');
    await fence(bus, received);
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

  test('many messages in one turn arrive, each once and in order', async () => {
    const bus = await open();
    const received = record(bus);
    const names = Array.from({ length: 7 }, channel);
    await bus.subscribe(names);
    const expected = Array.from({ length: 3_000 }, (__, i) => String(i));
    for (const text of expected) bus.publish(names[Number(text) % names.length]!, text);
    await expect.poll(() => received.length).toBe(expected.length);
    expect(received.map(({ payload }) => payload.toString())).toEqual(expected);
  });
});

describe('the Redis bus', () => {
  test('carries messages between nodes, to those that are subscribed', async () => {
    const [here, there, elsewhere] = await Promise.all([openRedis(), openRedis(), openRedis()]);
    const [own, theirs, others] = [record(here), record(there), record(elsewhere)];
    const name = channel();
    await Promise.all([here.subscribe([name]), there.subscribe([name])]);
    const expected = Array.from({ length: 200 }, (_, i) => String(i));
    for (const text of expected) here.publish(name, text);
    await expect.poll(() => texts(theirs, name)).toEqual(expected);
    await expect.poll(() => texts(own, name)).toEqual(expected);
    await fence(elsewhere, others);
    expect(texts(others, name)).toEqual([]);
  });

  test('a cut subscriber comes back with all its channels and tells of the gap', async () => {
    const [{ bus, proxy }, sender] = await Promise.all([openBehindProxy(), openRedis()]);
    const received = record(bus);
    let gaps = 0;
    bus.onGap(() => (gaps += 1));
    const names = Array.from({ length: 1_500 }, channel);
    const dropped = channel();
    await bus.subscribe([...names, dropped]);
    bus.unsubscribe([dropped]);
    await fence(bus, received);
    received.length = 0;
    expect(gaps).toBe(0);

    proxy.cut();
    await expect.poll(() => gaps, { timeout: 10_000 }).toBe(1);

    // From the gap on nothing is missed: no retry here.
    for (const name of [...names, dropped]) sender.publish(name, 'after');
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(names.length);
    expect(texts(received, dropped)).toEqual([]);
    expect(gaps).toBe(1);
  });

  test('what is subscribed and unsubscribed while a cut subscriber comes back holds in the end', async () => {
    const [{ bus, proxy }, sender] = await Promise.all([openBehindProxy(), openRedis()]);
    const received = record(bus);
    let gaps = 0;
    bus.onGap(() => (gaps += 1));
    const [kept, dropped, back] = [channel(), channel(), channel()];
    await bus.subscribe([kept, dropped, back]);
    proxy.cut();
    await expect.poll(() => bus.isConnected, { interval: 1 }).toBe(false);
    const added = channel();
    await bus.subscribe([added]);
    bus.unsubscribe([dropped, back]);
    await bus.subscribe([back]);
    await expect.poll(() => gaps, { timeout: 10_000 }).toBe(1);
    for (const name of [kept, dropped, back, added]) sender.publish(name, name);
    await expect.poll(() => received.length).toBeGreaterThanOrEqual(3);
    await fence(bus, received);
    for (const name of [kept, back, added]) expect(texts(received, name)).toEqual([name]);
    expect(texts(received, dropped)).toEqual([]);
  });

  test('a channel that is subscribed again right after it was dropped with thousands is subscribed', async () => {
    const bus = await openRedis();
    const received = record(bus);
    const names = Array.from({ length: 3_000 }, channel);
    await bus.subscribe(names);
    bus.unsubscribe(names);
    const back = names.at(-500)!;
    await bus.subscribe([back]);
    bus.publish(back, 'x');
    await fence(bus, received);
    expect(texts(received, back)).toEqual(['x']);
  });

  test('what is published last goes out before the connections are closed', async () => {
    const disposer = new Disposer();
    const leaving = await openRedisBus(
      { mode: 'standalone', url: inject('redisUrl') },
      logger,
      disposer,
    );
    const bus = await openRedis();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    leaving.publish(name, 'bye');
    await disposer[Symbol.asyncDispose]();
    await expect.poll(() => texts(received, name)).toEqual(['bye']);
  });

  test('ioredis keeps no list of the channels either', async () => {
    const prototype = (await import('ioredis')).Redis.prototype;
    const subscribe = vi.spyOn(prototype, 'subscribe');
    onTestFinished(() => subscribe.mockRestore());
    const bus = await openRedis();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    bus.publish(name, 'x');
    await expect.poll(() => texts(received, name)).toEqual(['x']);
    const subscriber = subscribe.mock.contexts[0] as {
      condition: { subscriber: { channels(set: string): string[] } };
    };
    expect(subscriber.condition.subscriber.channels('subscribe')).toEqual([]);
  });

  test('a cut publisher comes back too, and publish never throws meanwhile', async () => {
    const [{ bus, proxy }, receiver] = await Promise.all([openBehindProxy(), openRedis()]);
    const received = record(receiver);
    const name = channel();
    await receiver.subscribe([name]);
    proxy.cut();
    await expect
      .poll(() => {
        bus.publish(name, 'x');
        return received.length;
      })
      .toBeGreaterThan(0);
  });

  test.each<['close' | 'freeze']>([['close'], ['freeze']])(
    'while Redis is away (%s) what is published here arrives here; afterwards all is as before, after a gap',
    async (how) => {
      const [{ bus, proxy }, other] = await Promise.all([openBehindProxy(), openRedis()]);
      const [received, theirs] = [record(bus), record(other)];
      const [before, during] = [channel(), channel()];
      await Promise.all([bus.subscribe([before]), other.subscribe([before, during])]);
      let gaps = 0;
      bus.onGap(() => (gaps += 1));
      expect(bus.isConnected).toBe(true);

      proxy[how]();
      await expect.poll(() => bus.isConnected, { timeout: 10_000, interval: 10 }).toBe(false);
      const started = performance.now();
      await bus.subscribe([during]);
      for (const name of [before, during]) bus.publish(name, 'away');
      await expect.poll(() => texts(received, before), { interval: 10 }).toEqual(['away']);
      await expect.poll(() => texts(received, during), { interval: 10 }).toEqual(['away']);
      // At once: not after a timeout.
      expect(performance.now() - started).toBeLessThan(500);
      expect(gaps).toBe(0);

      proxy.open();
      await expect.poll(() => bus.isConnected, { timeout: 10_000 }).toBe(true);
      await expect.poll(() => gaps, { timeout: 10_000 }).toBeGreaterThan(0);
      for (const name of [before, during]) other.publish(name, 'back');
      await expect.poll(() => texts(received, before)).toEqual(['away', 'back']);
      await expect.poll(() => texts(received, during)).toEqual(['away', 'back']);
      bus.publish(during, 'there');
      await expect.poll(() => texts(theirs, during)).toEqual(['back', 'there']);
    },
  );

  test('what is published while Redis hangs and nobody knows yet arrives here within two seconds', async () => {
    const { bus, proxy } = await openBehindProxy();
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    proxy.freeze();
    bus.publish(name, 'x');
    await expect.poll(() => texts(received, name), { timeout: 2_000 }).toEqual(['x']);
  });

  test('rejects at once when Redis cannot be reached at first', async () => {
    const disposer = new Disposer();
    onTestFinished(() => disposer[Symbol.asyncDispose]());
    await expect(
      openRedisBus({ mode: 'standalone', url: 'redis://127.0.0.1:1' }, logger, disposer),
    ).rejects.toThrow(/closed|refused/i);
  });
});
