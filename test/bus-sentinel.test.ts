import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openBus } from './support/bus.ts';
import { surviveFault } from './support/bus-traffic.ts';
import { answer, openCommands } from './support/redis-commands.ts';
import { type SentinelSetup, startSentinel } from './support/redis-sentinel.ts';

let sentinel: SentinelSetup;
beforeAll(async () => {
  sentinel = await startSentinel();
});
afterAll(() => sentinel[Symbol.asyncDispose]());
beforeEach(() => sentinel.settled());

const buses = () => Promise.all([openBus(sentinel.settings), openBus(sentinel.settings)]);

test('a planned failover', async () => {
  const [sender, receiver] = await buses();
  const before = await sentinel.master();
  await surviveFault(sender, receiver, () => sentinel.failOver());
  expect(await sentinel.master()).not.toBe(before);
});

test('kill -9 of the master', async () => {
  const [sender, receiver] = await buses();
  const before = await sentinel.master();
  onTestFinished(() => before.restart(0));
  await surviveFault(sender, receiver, () => before.kill());
  expect(await sentinel.master()).not.toBe(before);
});

test('SIGSTOP of the master, which tells nobody', async () => {
  const [sender, receiver] = await buses();
  const before = await sentinel.master();
  const commands = openCommands(sentinel.settings);
  await expect.poll(() => answer(commands.set('key', 'before'))).toBe('OK');
  const wake = () => before.signal('SIGCONT');
  onTestFinished(wake);
  await surviveFault(sender, receiver, () => before.signal('SIGSTOP'), wake);
  await expect.poll(() => answer(commands.set('key', 'after'))).toBe('OK');
  expect(await sentinel.master()).not.toBe(before);
});
