import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { parseConfig } from '../src/config.ts';
import { createLogger } from '../src/lib/logger.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { rest } from './support/client.ts';
import { createDatabase, createEmptyDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { spawnNode } from './support/spawn-node.ts';

/** The one line a node that can't start leaves, and its exit code. */
async function failure(
  env: Record<string, string>,
): Promise<{ code: number | null; lines: string[] }> {
  const { exited, output } = spawnNode(env);
  const code = await exited;
  const lines = output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
  return { code, lines };
}

test('with nothing set: embedded PostgreSQL, in-process bus, demo; the data survives a restart', async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-start-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const config = parseConfig({ PORT: '0', HOST: '127.0.0.1' });
  const logger = createLogger('warn');
  const withApp = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
    await using app = await createApp(config, logger, { stateDir });
    const result = await use(`http://127.0.0.1:${app.port}`);
    await app.drain(0);
    return result;
  };
  const sent = await withApp(async (url) => {
    expect(await (await fetch(url)).text()).toContain('<title>Parley');
    const { buyer, conversationId } = (await rest(url, undefined, 'GET', '/demo')).body;
    const messages = `/api/conversations/${conversationId}/messages`;
    return rest(url, buyer, 'POST', messages, { content: 'kept' });
  });
  expect(sent.status).toBe(201);
  const history = await withApp(async (url) => {
    const { seller, conversationId } = (await rest(url, undefined, 'GET', '/demo')).body;
    return rest(url, seller, 'GET', `/api/conversations/${conversationId}/messages`);
  });
  expect(history.body.messages).toMatchObject([{ content: 'kept', seq: 1 }]);
}, 60_000);

test('every mistake of the configuration is named at once, in one line', async () => {
  const { code, lines } = await failure({
    PORT: 'x',
    JWT_SECRET: 'short',
    DATABASE_URL: 'mysql://x',
  });
  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  for (const name of ['PORT', 'JWT_SECRET', 'DATABASE_URL']) expect(lines[0]).toContain(name);
});

test('Ctrl-C under npm start, which the terminal and npm both pass on, stops cleanly too', async () => {
  // Without prestart: it would build under the feet of other tests.
  const npm = spawn('npm', ['start', '--silent', '--ignore-scripts'], {
    cwd: packagePath('.'),
    env: {
      ...process.env,
      ...clusterEnv(await createDatabase()),
      HOST: '127.0.0.1',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(npm, 'close');
  await expect.poll(() => output).toContain('"msg":"listening"');
  // As a terminal does it: the whole foreground group.
  process.kill(-(npm.pid ?? 0), 'SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(output).toContain('"msg":"stopped"');
});

test('Ctrl-C while it starts: it finishes starting, then stops cleanly', async () => {
  const databaseUrl = await createEmptyDatabase();
  const { hostname, port } = new URL(databaseUrl);
  // The first thing a starting node does is to ask for its database.
  const door = createServer((near) => {
    child.kill('SIGINT');
    const far = connectTcp(Number(port), hostname);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void door.close());
  await once(door, 'listening');
  const behind = new URL(databaseUrl);
  behind.port = String((door.address() as AddressInfo).port);
  const { child, output, exited } = spawnNode(clusterEnv(behind.href));
  expect(await exited).toBe(0);
  expect(output()).toContain('"msg":"stopped"');
});

test('Ctrl-C stops at once with exit code 0', async () => {
  const node = await nodeForTest(clusterEnv(await createDatabase()));
  const started = performance.now();
  node.kill('SIGINT');
  expect(await node.exited).toBe(0);
  expect(performance.now() - started).toBeLessThan(5_000);
});
