import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createListConversations } from '../src/conversations/list.ts';
import { type Database, openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { createDevices } from '../src/push/devices.ts';
import { createDatabase } from './support/database.ts';

const MANY = 20_000;
/** Rows of an index that one request may read: a page's and a user's own. */
const FEW = 500;

/** One connection, whose statements are planned when the tables have one row each and then kept. */
async function setUp(): Promise<{ database: Database; pool: Pool }> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const database = await openDatabase(await createDatabase(), createLogger('silent'), disposer);
  const pool = database.open(1);
  await pool.query(
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at, changed_at)
     VALUES (gen_random_uuid(), 0, gen_random_uuid(), gen_random_uuid(), now(), now())`,
  );
  await pool.query(
    'INSERT INTO notices (conversation_id, user_id) SELECT id, buyer_id FROM conversations',
  );
  await pool.query('INSERT INTO users (id) SELECT seller_id FROM conversations');
  await pool.query(
    `INSERT INTO devices (id, user_id, platform, token, created_at, registered_at)
     SELECT gen_random_uuid(), seller_id, 'fcm', 'first', now(), now() FROM conversations`,
  );
  await pool.query('ANALYZE conversations, notices, users, devices');
  return { database: { ...database, pool }, pool };
}

/** What a request reads of the indexes of a table. */
async function readOf(pool: Pool, table: string, request: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ sum: number }>(
      'SELECT sum(idx_tup_read)::float8 AS sum FROM pg_stat_user_indexes WHERE relname = $1',
      [table],
    );
    return rows[0]?.sum ?? 0;
  };
  const before = await count();
  await request();
  return (await count()) - before;
}

const nobodyWrote = (): never => expect.fail('nobody wrote');

test('a list that was planned for an almost empty database looks up its own rows when that has grown', async () => {
  const { pool } = await setUp();
  const user = randomUUID();
  const list = createListConversations((query) => query(pool), {
    toMessage: nobodyWrote,
    isOnline: () => false,
  });
  const page = () => list(user, { limit: 50, cursor: undefined });
  expect((await page()).conversations).toEqual([]);
  await pool.query(
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at, changed_at)
     SELECT gen_random_uuid(), n, CASE WHEN n <= 60 THEN $1::uuid ELSE gen_random_uuid() END, gen_random_uuid(), now(), now()
     FROM generate_series(1, $2::integer) n`,
    [user, MANY],
  );
  for (const statement of [
    'INSERT INTO notices (conversation_id, user_id) SELECT id, buyer_id FROM conversations ON CONFLICT DO NOTHING',
    'INSERT INTO users (id) SELECT seller_id FROM conversations ON CONFLICT DO NOTHING',
  ])
    await pool.query(statement);
  for (const table of ['notices', 'users'])
    expect(await readOf(pool, table, page)).toBeLessThan(FEW);
  expect((await page()).conversations).toHaveLength(50);
});

test('a registration that was planned for one device reads the user’s own when there are many', async () => {
  const { database, pool } = await setUp();
  const user = randomUUID();
  const devices = createDevices(database, ['fcm'], () => false);
  const register = () => devices.register(user, { platform: 'fcm', token: randomUUID() });
  for (let i = 0; i < 20; i += 1) await register();
  await pool.query(
    `INSERT INTO devices (id, user_id, platform, token, created_at, registered_at)
     SELECT gen_random_uuid(), gen_random_uuid(), 'fcm', 'of ' || n, now(), now() FROM generate_series(1, $1::integer) n`,
    [MANY],
  );
  expect(await readOf(pool, 'devices', register)).toBeLessThan(FEW);
});
