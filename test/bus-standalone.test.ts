import { expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import type { RedisSettings } from '../src/bus/redis-settings.ts';
import { channel, fence, openBus, record, texts } from './support/bus.ts';
import { type Proxy, startProxy } from './support/proxy.ts';

const standalone = (url = inject('redisUrl')): RedisSettings => ({ mode: 'standalone', url });

/** A bus whose connections can be harmed without those of other files' nodes. */
async function openBehindProxy(): Promise<{ bus: Bus; proxy: Proxy }> {
  const proxy = await startProxy(inject('redisUrl'));
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return { bus: await openBus(standalone(proxy.url)), proxy };
}

test('ioredis keeps no list of the channels either', async () => {
  const prototype = (await import('ioredis')).Redis.prototype;
  const subscribe = vi.spyOn(prototype, 'subscribe');
  onTestFinished(() => subscribe.mockRestore());
  const bus = await openBus(standalone());
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

test('a cut subscriber comes back with all its channels and tells of the gap', async () => {
  const [{ bus, proxy }, sender] = await Promise.all([openBehindProxy(), openBus(standalone())]);
  const received = record(bus);
  let gaps = 0;
  bus.onGap(() => (gaps += 1));
  const names = Array.from({ length: 1_500 }, channel);
  const dropped = channel();
  await bus.subscribe([...names, dropped]);
  bus.unsubscribe([dropped]);
  await fence(bus, received, [channel()]);
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
  const [{ bus, proxy }, sender] = await Promise.all([openBehindProxy(), openBus(standalone())]);
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
  await fence(bus, received, [channel()]);
  for (const name of [kept, back, added]) expect(texts(received, name)).toEqual([name]);
  expect(texts(received, dropped)).toEqual([]);
});

test('a cut publisher comes back too, and publish never throws meanwhile', async () => {
  const [{ bus, proxy }, receiver] = await Promise.all([openBehindProxy(), openBus(standalone())]);
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
    const [{ bus, proxy }, other] = await Promise.all([openBehindProxy(), openBus(standalone())]);
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
