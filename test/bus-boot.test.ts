import { describe, expect, onTestFinished, test } from 'vitest';
import { openRedisBus } from '../src/bus/redis.ts';
import type { RedisSettings } from '../src/bus/redis-settings.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { freePort } from '../src/lib/free-port.ts';
import { reason } from '../src/lib/reason.ts';
import { channel, logger, openBus, record, texts } from './support/bus.ts';
import { rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { nodeForTest } from './support/node-process.ts';
import {
  PASSWORD,
  SENTINEL_NAME,
  type SingleSetup,
  settingsOf,
  startSingle,
} from './support/redis-single.ts';
import { SECRET, spawnNode } from './support/spawn-node.ts';

/** Why a bus can't be opened, which must be told within ten seconds. */
async function failure(settings: RedisSettings): Promise<string> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const started = performance.now();
  const why = await openRedisBus(settings, logger, disposer).then(() => 'it opened', reason);
  expect(performance.now() - started).toBeLessThan(10_000);
  return why;
}

async function singleForTest(...args: Parameters<typeof startSingle>): Promise<SingleSetup> {
  const setup = await startSingle(...args);
  onTestFinished(() => setup[Symbol.asyncDispose]());
  return setup;
}

const urlsOf = (settings: RedisSettings): string =>
  settings.mode === 'standalone' ? settings.url : settings.urls.join();

const nodeEnv = async (settings: RedisSettings): Promise<Record<string, string>> => ({
  DATABASE_URL: await createDatabase(),
  JWT_SECRET: SECRET,
  REDIS_MODE: settings.mode,
  REDIS_URL: urlsOf(settings),
  REDIS_SENTINEL_NAME: SENTINEL_NAME,
});

describe.each(['standalone', 'sentinel', 'cluster'] as const)('at boot, %s', (mode) => {
  test('with its password the bus opens', async () => {
    const { settings } = await singleForTest(mode);
    const bus = await openBus(settings);
    const received = record(bus);
    const name = channel();
    await bus.subscribe([name]);
    bus.publish(name, 'x');
    await expect.poll(() => texts(received, name)).toEqual(['x']);
  });

  test('a Redis that is not there is named', async () => {
    const port = await freePort();
    expect(await failure(settingsOf(mode, `redis://127.0.0.1:${port}`))).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`),
    );
  });

  test('a wrong password is told, without it', async () => {
    const { settings } = await singleForTest(mode);
    const wrong = urlsOf(settings).replace(encodeURIComponent(PASSWORD), 'guessed');
    const why = await failure(settingsOf(mode, wrong));
    expect(why).toMatch(/WRONGPASS/);
    expect(why).not.toContain('guessed');
    expect(await failure(settingsOf(mode, wrong.replace(/:guessed@/, '')))).toMatch(/NOAUTH/);
  });

  test('a Redis that hangs is told of within ten seconds', async () => {
    const { settings, master } = await singleForTest(mode);
    master.signal('SIGSTOP');
    expect(await failure(settings)).toMatch(
      /^127\.0\.0\.1:\d+: (Socket timeout|Command timed out)/,
    );
  });

  test('over TLS a node starts when it trusts the certificate, and says so when it does not', async () => {
    const { settings, caFile } = await singleForTest(mode, 'rediss');
    const env = await nodeEnv(settings);
    const node = await nodeForTest({ ...env, NODE_EXTRA_CA_CERTS: caFile });
    const { body } = await rest(node.url, undefined, 'GET', '/readyz');
    expect(body).toEqual({ status: 'ok' });
    const { exited, output } = spawnNode(env);
    expect(await exited).toBe(1);
    const lines = output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toEqual([expect.stringMatching(/REDIS_URL.*self-signed certificate/)]);
    expect(output()).not.toContain(encodeURIComponent(PASSWORD));
  });
});

test('a master that the sentinels do not know is named', async () => {
  const { settings } = await singleForTest('sentinel');
  const unknown: RedisSettings = { mode: 'sentinel', urls: [urlsOf(settings)], name: 'nobody' };
  expect(await failure(unknown)).toBe("the sentinels know no master called 'nobody'");
});

test('a cluster that does not have all its slots is told of', async () => {
  const { settings } = await singleForTest('cluster', 'redis', (master) =>
    master.ask('CLUSTER', 'DELSLOTS', '5'),
  );
  expect(await failure(settings)).toBe('1 slots of the cluster have no master');
});

test('a Redis that is no cluster is told of', async () => {
  const { settings } = await singleForTest('standalone');
  expect(await failure({ mode: 'cluster', urls: [urlsOf(settings)] })).toMatch(/cluster support/);
});
