import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import { SLOTS, slotOf } from '../src/bus/redis-slots.ts';
import { channel, openBus, record, texts } from './support/bus.ts';
import { surviveFault } from './support/bus-traffic.ts';
import { answer, openCommands } from './support/redis-commands.ts';
import { type ClusterSetup, startCluster } from './support/redis-cluster.ts';

let cluster: ClusterSetup;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(() => cluster.settled());

const buses = () => Promise.all([openBus(cluster.settings), openBus(cluster.settings)]);

test('a planned failover', async () => {
  const [sender, receiver] = await buses();
  const [before] = await cluster.shardOf(0);
  await surviveFault(sender, receiver, () => cluster.failOver(0));
  expect((await cluster.shardOf(0))[0]).not.toBe(before);
});

test('kill -9 of a master', async () => {
  const [sender, receiver] = await buses();
  const [before] = await cluster.shardOf(16_383);
  onTestFinished(() => before!.restart(0));
  await surviveFault(sender, receiver, () => before!.kill());
  expect((await cluster.shardOf(16_383))[0]).not.toBe(before);
});

test('SIGSTOP of a master, which tells nobody', async () => {
  const [sender, receiver] = await buses();
  const [before] = await cluster.shardOf(8_000);
  const key = channelsOf(8_000)[0]!;
  const commands = openCommands(cluster.settings);
  await expect.poll(() => answer(commands.set(key, 'before'))).toBe('OK');
  const wake = () => before!.signal('SIGCONT');
  onTestFinished(wake);
  await surviveFault(sender, receiver, () => before!.signal('SIGSTOP'), wake);
  await expect.poll(() => answer(commands.set(key, 'after'))).toBe('OK');
  expect((await cluster.shardOf(8_000))[0]).not.toBe(before);
});

test('a slot that moves to another master is followed, and those that stay are not missed', async () => {
  const [sender, receiver] = await buses();
  const received = record(receiver);
  const [moved, stays] = channelsOf(0, 0);
  await receiver.subscribe([moved!, stays!]);
  const told = new Set<Bus>();
  for (const bus of [sender, receiver]) bus.onGap(() => told.add(bus));
  const [to] = await cluster.shardOf(16_383);
  await cluster.move(slotOf(moved!), to!);
  await expect.poll(() => told.size).toBe(2);
  for (const name of [moved!, stays!]) sender.publish(name, 'x');
  for (const name of [moved!, stays!])
    await expect.poll(() => texts(received, name)).toEqual(['x']);
});

test('while a shard is away, and nothing takes its place, the others go on', async () => {
  const [sender, receiver] = await buses();
  const [own, theirs] = [record(sender), record(receiver)];
  const [lost, kept] = channelsOf(0, 16_383);
  await Promise.all([sender, receiver].map((bus) => bus.subscribe([lost!, kept!])));
  const shard = await cluster.shardOf(0);
  const key = channelsOf(8_000)[0]!;
  const commands = openCommands(cluster.settings);
  await expect.poll(() => answer(commands.set(key, 'before'))).toBe('OK');
  const wake = () => {
    for (const node of shard) node.signal('SIGCONT');
  };
  onTestFinished(wake);
  for (const node of shard) node.signal('SIGSTOP');
  await expect.poll(() => sender.isConnected || receiver.isConnected).toBe(false);
  for (const name of [lost!, kept!]) sender.publish(name, 'away');
  await expect.poll(() => texts(own, lost!)).toEqual(['away']);
  await expect.poll(() => texts(own, kept!)).toEqual(['away']);
  await expect.poll(() => texts(theirs, kept!)).toEqual(['away']);
  const told = new Set<Bus>();
  for (const bus of [sender, receiver]) bus.onGap(() => told.add(bus));
  wake();
  await expect.poll(() => told.size).toBe(2);
  sender.publish(lost!, 'back');
  await expect.poll(() => texts(theirs, lost!)).toEqual(['back']);
});

/** Which of three masters a slot is of, until it moves. */
const third = (slot: number): number => Math.floor((3 * slot) / SLOTS);

/** Channels, one each, of the masters that had these slots at first. */
function channelsOf(...slots: readonly number[]): string[] {
  return slots.map((slot) => {
    let name = channel();
    while (third(slotOf(name)) !== third(slot)) name = channel();
    return name;
  });
}
