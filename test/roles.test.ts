/** `ROLE`: real processes, of which some serve and some tell those who are not there. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { isAlive } from '../src/lib/is-alive.ts';
import { Chat } from './support/chat.ts';
import { createDatabase } from './support/database.ts';
import { FakeFcm } from './support/fake-fcm.ts';
import { scrape } from './support/metrics.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { addDevice } from './support/push-worker.ts';
import { query } from './support/query.ts';
import type { NodeProcess } from './support/spawn-node.ts';

vi.setConfig({ testTimeout: 60_000 });

async function fcmForTest(): Promise<FakeFcm> {
  const fcm = await FakeFcm.start();
  onTestFinished(() => fcm[Symbol.asyncDispose]());
  return fcm;
}

const chatOn = (env: Record<string, string>, databaseUrl: string, node: NodeProcess) =>
  Chat.create({ env, databaseUrl, first: node, second: node });

const hasQueues = async (databaseUrl: string): Promise<boolean> => {
  const rows = await query(
    databaseUrl,
    `SELECT FROM information_schema.schemata WHERE schema_name = 'parley_jobs'`,
  );
  return rows.length > 0;
};

test('a node leaves it to workers, which need no Redis and no secret and serve nobody, say how they are, and stop when what was begun is done', async () => {
  const databaseUrl = await createDatabase();
  const fcm = await fcmForTest();
  const env: Record<string, string> = {
    ...clusterEnv(databaseUrl),
    ...fcm.env,
    PUSH_DELAY_SECONDS: '0.5',
  };
  const node = await nodeForTest({ ...env, ROLE: 'node' });
  const chat = await chatOn(env, databaseUrl, node);
  const device = fcm.newDevice();
  await addDevice(databaseUrl, chat.seller.id, device);
  await chat.send(chat.buyer, 'hello');
  expect(await hasQueues(databaseUrl)).toBe(false);
  expect((await scrape(node.url)).names.has('parley_jobs')).toBe(false);

  const { REDIS_URL: _, JWT_SECRET: __, ATTACHMENTS_DIR: ___, ...less } = env;
  const worker = await nodeForTest({ ...less, ROLE: 'worker', NODE_ENV: 'production' });
  await chat.send(chat.buyer, 'still there?');
  await expect.poll(() => fcm.shown(device).map(({ body }) => body)).toEqual(['2 new messages']);

  expect(await (await fetch(`${worker.url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${worker.url}/readyz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${worker.url}/api/conversations`)).status).toBe(404);
  expect((await fetch(`${worker.url}/docs`)).status).toBe(404);
  const metrics = await scrape(worker.url);
  expect(metrics.value('parley_ready')).toBe(1);
  expect(metrics.value('parley_jobs{queue="push"}')).toBe(0);
  expect(metrics.value('parley_scan_behind_seconds{scan="push"}')).toBeLessThan(5);
  expect(metrics.value('parley_pushes_total{platform="fcm",outcome="sent"}')).toBe(1);
  expect(metrics.value('parley_push_delay_seconds_count')).toBe(1);
  expect(metrics.value('parley_postgres_connections{pool="jobs",state="in_use"}')).not.toBeNaN();

  // One that takes its time is waited for.
  fcm.failNext({ hang: true });
  const { taken } = fcm;
  await chat.send(chat.buyer, 'last');
  const claimed = () =>
    query(databaseUrl, 'SELECT FROM notices WHERE pushing_seq IS NOT NULL').then(
      (rows) => rows.length,
    );
  await expect.poll(claimed).toBe(1);
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  expect(await claimed()).toBe(0);
  expect(fcm.taken).toBe(taken);
  expect(
    await query(databaseUrl, `SELECT FROM parley_jobs.job WHERE name = 'push_again'`),
  ).toHaveLength(1);
});

test('several processes of one worker share its port, and the others go on when one is killed', async () => {
  const databaseUrl = await createDatabase();
  const fcm = await fcmForTest();
  const env: Record<string, string> = {
    ...clusterEnv(databaseUrl),
    ...fcm.env,
    PUSH_DELAY_SECONDS: '0.5',
  };
  const { REDIS_URL: _, ...less } = env;
  const worker = await nodeForTest({ ...less, ROLE: 'worker', WORKERS: '2', METRICS_PORT: '0' });
  const pids = [...worker.output().matchAll(/"pid":(\d+),"msg":"a worker serves"/g)].map(
    ([, pid]) => Number(pid),
  );
  onTestFinished(() => {
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(pids).toHaveLength(2);
  const node = await nodeForTest({ ...env, ROLE: 'node' });
  const chat = await chatOn(env, databaseUrl, node);
  const device = fcm.newDevice();
  await addDevice(databaseUrl, chat.seller.id, device);
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await chat.send(chat.buyer, 'hello');
  await expect.poll(() => fcm.alerts(device)).toBe(1);
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
});

test('by itself a process does both; without anything to push with, there are no queues', async () => {
  const fcm = await fcmForTest();
  const [withPush, without] = [await createDatabase(), await createDatabase()];
  // The role is the default one.
  const env = { ROLE: '', NODE_ENV: 'production', PUSH_DELAY_SECONDS: '0.5' };
  const both = await nodeForTest({ ...clusterEnv(withPush), ...fcm.env, ...env });
  await nodeForTest({ ...clusterEnv(without), ...env });
  const chat = await chatOn({}, withPush, both);
  const device = fcm.newDevice();
  await addDevice(withPush, chat.seller.id, device);
  await chat.send(chat.buyer, 'hello');
  await expect.poll(() => fcm.alerts(device)).toBe(1);
  expect(await hasQueues(without)).toBe(false);
  both.kill('SIGTERM');
  expect(await both.exited).toBe(0);
});

test('a worker that has nothing to do says so', async () => {
  const worker = await nodeForTest({
    DATABASE_URL: await createDatabase(),
    ROLE: 'worker',
    NODE_ENV: 'production',
  });
  expect(worker.output()).toContain('ROLE=worker has nothing to do');
});
