import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Bus, type BusListener, NODES_CHANNEL } from '../bus/bus.ts';
import { Disposer } from '../lib/disposer.ts';
import { createLogger } from '../lib/logger.ts';
import { Peers } from './peers.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** A bus in the hands of the test. */
function wire() {
  const said: string[] = [];
  const heard: BusListener[] = [];
  const gaps: (() => void)[] = [];
  const bus = {
    isConnected: true,
    lostPublishes: 0,
    publish: (_: string, payload: string) => void said.push(payload.split(' ')[1] ?? ''),
    subscribe: () => Promise.resolve(),
    unsubscribe: () => undefined,
    provideChannels: () => undefined,
    onMessage: (listener: (typeof heard)[number]) => void heard.push(listener),
    onGap: (listener: () => void) => void gaps.push(listener),
  };
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  let losses = 0;
  const gone: [string, boolean][] = [];
  const peers = new Peers(
    bus satisfies Bus,
    { onLoss: () => void (losses += 1), onGone: (...how) => void gone.push(how) },
    createLogger('silent'),
    disposer,
  );
  return {
    peers,
    bus,
    said,
    gone,
    hear: (word: string, id = 'other') =>
      heard[0]?.(Buffer.from(NODES_CHANNEL), Buffer.from(`${id} ${word}`)),
    gap: () => gaps[0]?.(),
    losses: () => losses,
  };
}

test('says that it lives every second, and says goodbye', async () => {
  const { peers, said } = wire();
  await peers.join();
  await vi.advanceTimersByTimeAsync(2_000);
  peers.leave();
  expect(said).toEqual(['alive', 'alive', 'alive', 'bye']);
});

test('a node that goes silent is a loss, once, and another when it comes back', async () => {
  const { hear, losses } = wire();
  hear('alive');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(losses()).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(losses()).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(losses()).toBe(1);
  hear('alive');
  expect(losses()).toBe(2);
  hear('alive');
  expect(losses()).toBe(2);
});

test('a node that said goodbye left nothing behind', async () => {
  const { hear, losses } = wire();
  hear('alive');
  hear('bye');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(losses()).toBe(0);
});

test("a node's gap is a loss for all", () => {
  const { hear, losses } = wire();
  hear('gap');
  expect(losses()).toBe(1);
});

test('while the bus is away nobody is missed; afterwards all have time to be heard, and are told of the gap', async () => {
  const { bus, hear, gap, said, losses } = wire();
  hear('alive');
  bus.isConnected = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(losses()).toBe(0);
  bus.isConnected = true;
  gap();
  expect(said.at(-1)).toBe('gap');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(losses()).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(losses()).toBe(1);
});

test('who went silent is gone, as is who said goodbye', async () => {
  const { hear, gone } = wire();
  hear('alive', 'a');
  hear('alive', 'b');
  hear('bye', 'a');
  expect(gone).toEqual([['a', false]]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(gone).toEqual([
    ['a', false],
    ['b', true],
  ]);
});

test('one that was heard elsewhere is missed too', async () => {
  const { peers, gone } = wire();
  peers.expect('a');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(gone).toEqual([['a', true]]);
});

test('whoever was stopped itself misses nobody for it', async () => {
  const { hear, gone } = wire();
  hear('alive');
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + 60_000);
  const before = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => before + 60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(gone).toEqual([]);
});

test('of all nodes one is the first', () => {
  const { peers, hear } = wire();
  expect(peers.isFirst).toBe(true);
  hear('alive', 'ffffffff');
  expect(peers.isFirst).toBe(true);
  hear('alive', '');
  expect(peers.isFirst).toBe(false);
});
