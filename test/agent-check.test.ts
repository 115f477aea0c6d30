import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Disposer } from '../src/lib/disposer.ts';
import { freePort } from '../src/lib/free-port.ts';
import { type ServingState } from '../src/transport/readiness.ts';
import { serveAgentCheck } from '../src/transport/agent-check.ts';
import { askAgent } from './support/ask-agent.ts';
import { connect, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startProxy } from './support/proxy.ts';

test('tells up, down while PostgreSQL is away, and drain while the node drains', async () => {
  const postgres = await startProxy(await createDatabase());
  onTestFinished(() => postgres[Symbol.asyncDispose]());
  const port = await freePort();
  const env = { AGENT_CHECK_PORT: String(port), DRAIN_SECONDS: '2' };
  const node = await nodeForTest({ ...clusterEnv(postgres.url), ...env });
  expect(await askAgent(port)).toBe('up\n');
  // As agent-send has it do.
  expect(await askAgent(port, 'hello\n')).toBe('up\n');

  for (const how of ['close', 'freeze'] as const) {
    postgres[how]();
    await expect.poll(() => askAgent(port)).toBe('down\n');
    const { status } = await fetch(`${node.url}/readyz`);
    expect(status).toBe(503);
    postgres.open();
    await expect.poll(() => askAgent(port)).toBe('up\n');
  }

  // The second one is closed after half of the drain time.
  const user = await newUser();
  for (let i = 0; i < 2; i += 1) await connect(node.wsUrl, user);
  node.kill('SIGTERM');
  await expect.poll(() => askAgent(port)).toBe('drain\n');
  expect(await node.exited).toBe(0);
});

async function serve(readState: () => Promise<ServingState>): Promise<number> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const address = { host: '127.0.0.1', port: 0, variable: 'AGENT_CHECK_PORT' };
  return serveAgentCheck(readState, address, disposer);
}

test('whoever goes away before the answer harms nobody', async () => {
  const waiting: ((state: ServingState) => void)[] = [];
  const port = await serve(() => new Promise((resolve) => waiting.push(resolve)));
  const leaver = connectTcp(port, '127.0.0.1');
  await expect.poll(() => waiting.length).toBe(1);
  leaver.resetAndDestroy();
  const stayer = askAgent(port);
  await expect.poll(() => waiting.length).toBe(2);
  for (const answer of waiting) answer('up');
  expect(await stayer).toBe('up\n');
});

test('nor does whoever says too much, stays, or comes in hundreds', async () => {
  const port = await serve(() => Promise.resolve('up'));
  expect(await askAgent(port, 'x'.repeat(1_000_000))).toBe('up\n');
  const stayers = Array.from({ length: 300 }, () =>
    connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined),
  );
  const closed = Promise.all(stayers.map((stayer) => once(stayer.resume(), 'close')));
  await Promise.all(stayers.map((stayer) => once(stayer, 'end')));
  // They have been told, and keep their end open: there is no room until they are cut off.
  await expect.poll(() => askAgent(port)).toBe('up\n');
  for (const stayer of stayers) stayer.destroy();
  await closed;
});
