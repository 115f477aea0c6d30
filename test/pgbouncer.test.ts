import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { SESSION_SETTINGS } from '../src/db/settings.ts';
import { check } from './faults/checker.ts';
import { World } from './faults/world.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest, startFailure } from './support/node-process.ts';
import { PgBouncer, type PgBouncerOptions } from './support/pgbouncer.ts';
import { query } from './support/query.ts';

/** Far fewer than the sixteen connections of each node. */
const POOL_SIZE = 4;

async function pgBouncerForTest(databaseUrl: string, options?: PgBouncerOptions) {
  const pooler = await PgBouncer.start(databaseUrl, options);
  onTestFinished(() => pooler[Symbol.asyncDispose]());
  return pooler;
}

test('in transaction mode: three nodes make their tables at once, people chat, PgBouncer is killed: nothing is lost', async () => {
  const postgresUrl = inject('postgresUrl');
  const pooler = await pgBouncerForTest(postgresUrl, {
    settings: [`default_pool_size = ${POOL_SIZE}`],
  });
  const world = await World.create({
    postgresUrl,
    redisUrl: inject('redisUrl'),
    seed: 1,
    sabotage: 'none',
    nodeEnv: (databaseUrl) => ({
      DATABASE_URL: new URL(new URL(databaseUrl).pathname, pooler.url).href,
    }),
  });
  onTestFinished(() => world.destroy());
  world.startTalking();
  await sleep(3_000);
  const sessions = await query<{ count: number }>(
    postgresUrl,
    `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname LIKE 'faults_1_%'`,
  );
  expect(sessions[0]?.count).toBeLessThanOrEqual(POOL_SIZE);
  await pooler.restart(1_000);
  const endedAt = Date.now();
  await sleep(3_000);
  await world.settle();
  const verdict = check(
    await world.evidence(endedAt, { allowedErrors: ['unavailable'], allowedCloses: [] }),
  );
  expect(verdict.violations).toEqual([]);
  expect(verdict.acks).toBeGreaterThan(100);
}, 120_000);

test('a PgBouncer whose connections lack our settings is refused with the line it needs; the role may have them as well', async () => {
  const databaseUrl = await createDatabase();
  const pooler = await pgBouncerForTest(databaseUrl, { connectQuery: '' });
  const line = await startFailure(clusterEnv(pooler.url));
  expect(line).toContain('DATABASE_URL');
  expect(line).toContain('connect_query');
  expect(line).toContain('SET statement_timeout = 5000');

  const database = new URL(databaseUrl).pathname.slice(1);
  for (const [name, value] of Object.entries(SESSION_SETTINGS))
    await query(databaseUrl, `ALTER ROLE parley IN DATABASE ${database} SET ${name} = ${value}`);
  // As RECONNECT does it: the connections there are have begun without.
  await pooler.restart(0);
  const node = await nodeForTest(clusterEnv(pooler.url));
  expect(node.output()).toContain('there is a pooler before PostgreSQL');
});

test('options in the URL that PgBouncer does not take are named', async () => {
  const pooler = await pgBouncerForTest(await createDatabase());
  const url = new URL(pooler.url);
  url.searchParams.set('options', '-c work_mem=8MB');
  const line = await startFailure(clusterEnv(url.href));
  expect(line).toContain('unsupported startup parameter');
  expect(line).toContain('ignore_startup_parameters');
});

test('statement pooling, which can do no transaction, is refused', async () => {
  const pooler = await pgBouncerForTest(await createDatabase(), {
    settings: ['pool_mode = statement'],
  });
  expect(await startFailure(clusterEnv(pooler.url))).toMatch(/DATABASE_URL.*statement/);
});
