import { randomUUID } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { openRedisBus } from '../../src/bus/redis.ts';
import type { RedisSettings } from '../../src/bus/redis-settings.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';

export interface Received {
  readonly channel: string;
  readonly payload: Buffer;
}

export const logger = createLogger('silent');
export const channel = (): string => `conversation:${randomUUID()}`;

/** A bus for one test, which is told what to subscribe anew, as the hub tells it. */
export async function openBus(settings: RedisSettings): Promise<Bus> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const bus = await openRedisBus(settings, logger, disposer);
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

/** What a bus brings, copied: a payload is valid only during the call. */
export function record(bus: Bus): Received[] {
  const received: Received[] = [];
  bus.onMessage((name, payload) =>
    received.push({ channel: name.toString(), payload: Buffer.from(payload) }),
  );
  return received;
}

export const texts = (received: readonly Received[], name: string): string[] =>
  received.filter((one) => one.channel === name).map((one) => one.payload.toString());

/**
 * What was published to these channels before has arrived, or never will, when this has: one server, and one connection,
 * keep the order. In a cluster a name in braces lies where the name itself does.
 */
export async function fence(
  bus: Bus,
  received: readonly Received[],
  names: readonly string[],
): Promise<void> {
  const fences = names.map((name) => `{${name}}${randomUUID()}`);
  await bus.subscribe(fences);
  for (const name of fences) bus.publish(name, 'fence');
  for (const name of fences) await expect.poll(() => texts(received, name)).toEqual(['fence']);
}
