import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { createDatabase } from './support/database.ts';
import { startProxy } from './support/proxy.ts';

/** The limit, which is a second above the server's own, and what it takes to notice. */
const LIMIT_MS = { least: 5_500, most: 8_000 };

async function openBehindProxy() {
  const proxy = await startProxy(await createDatabase());
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const disposer = new Disposer();
  const { pool } = await openDatabase(proxy.url, createLogger('silent'), disposer);
  await pool.query('SELECT 1');
  return { proxy, pool, disposer };
}

test('a statement without an answer fails, and the next one has a connection of its own', async () => {
  const { proxy, pool, disposer } = await openBehindProxy();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  proxy.freeze();
  const started = performance.now();
  await expect(pool.query('SELECT 1')).rejects.toThrow('Connection terminated');
  expect(performance.now() - started).toBeGreaterThan(LIMIT_MS.least);
  expect(performance.now() - started).toBeLessThan(LIMIT_MS.most);
  proxy.open();
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
});

test('a pool is closed although a statement has no answer', async () => {
  const { proxy, pool, disposer } = await openBehindProxy();
  proxy.freeze();
  const started = performance.now();
  const asking = Promise.allSettled([pool.query('SELECT 1')]);
  await once(pool, 'acquire');
  await disposer[Symbol.asyncDispose]();
  expect(performance.now() - started).toBeLessThan(LIMIT_MS.most);
  const [asked] = await asking;
  expect(asked).toMatchObject({ status: 'rejected', reason: { message: 'Connection terminated' } });
});

test('statements that take their time one after the other are left alone', async () => {
  const { pool, disposer } = await openBehindProxy();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  for (let i = 0; i < 3; i += 1) await pool.query('SELECT pg_sleep(2.5)');
  expect(pool.totalCount).toBe(1);
});
