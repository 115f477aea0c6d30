import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { channel } from './bus.ts';

const CHANNELS = 60;
const INTERVAL_MS = 25;
/** How long live delivery may be away after a fault, in milliseconds. */
const MAX_AWAY_MS = 12_000;

interface Numbered {
  /** When each number was published, by `performance.now`. */
  readonly published: number[];
  readonly received: number[];
}

/**
 * Harms Redis under traffic and holds the bus to its word: what arrives is in order and comes once; what is published after
 * the last gap was told arrives; and that was soon.
 */
export async function surviveFault(
  sender: Bus,
  receiver: Bus,
  harm: () => unknown,
  mend: () => unknown = () => undefined,
): Promise<void> {
  const channels = new Map<string, Numbered>();
  for (let i = 0; i < CHANNELS; i += 1) channels.set(channel(), { published: [], received: [] });
  let lastGap = 0;
  for (const bus of [sender, receiver]) bus.onGap(() => (lastGap = performance.now()));
  receiver.onMessage((name, payload) =>
    channels.get(name.toString())?.received.push(Number(payload.toString())),
  );
  await receiver.subscribe([...channels.keys()]);
  const publish = () => {
    for (const [name, { published }] of channels) {
      sender.publish(name, String(published.length));
      published.push(performance.now());
    }
  };
  const timer = setInterval(publish, INTERVAL_MS);
  try {
    const arrivedAll = () => [...channels.values()].every(({ received }) => received.length > 0);
    await expect.poll(arrivedAll).toBe(true);
    const since = performance.now();
    await harm();
    await expect.poll(() => lastGap > since, { timeout: MAX_AWAY_MS, interval: 20 }).toBe(true);
    await expect
      .poll(() => sender.isConnected && receiver.isConnected, { timeout: MAX_AWAY_MS })
      .toBe(true);
    await mend();
    // What a server that comes back still had must not arrive now.
    await sleep(1_500);
    clearInterval(timer);
    const isThere = ({ published, received }: Numbered) => received.at(-1) === published.length - 1;
    await expect.poll(() => [...channels.values()].every(isThere)).toBe(true);

    let lastLost = since;
    for (const { published, received } of channels.values()) {
      expect(received).toEqual([...new Set(received)].toSorted((a, b) => a - b));
      const arrived = new Set(received);
      for (const [n, at] of published.entries())
        if (!arrived.has(n)) lastLost = Math.max(lastLost, at);
    }
    expect(lastLost).toBeLessThanOrEqual(lastGap);
    expect(lastGap - since).toBeLessThan(MAX_AWAY_MS);
  } finally {
    clearInterval(timer);
  }
}
