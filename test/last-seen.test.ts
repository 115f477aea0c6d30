import { randomUUID } from 'node:crypto';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { createLastSeen } from '../src/users/last-seen.ts';
import { createDatabase } from './support/database.ts';
import { startProxy } from './support/proxy.ts';
import { query } from './support/query.ts';

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

/** One node's, and its end. */
async function open(url = databaseUrl) {
  const disposer = new Disposer();
  const logger = createLogger('silent');
  const { pool } = await openDatabase(url, logger, disposer);
  const lastSeen = createLastSeen(pool, logger, disposer);
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= disposer[Symbol.asyncDispose]());
  onTestFinished(end);
  return { lastSeen, end };
}

const seenAt = async (id: string): Promise<number | undefined> => {
  const [row] = await query<{ at: Date }>(
    databaseUrl,
    'SELECT last_seen_at AS at FROM users WHERE id = $1',
    [id],
  );
  return row?.at.getTime();
};

const read = (lastSeen: Awaited<ReturnType<typeof open>>['lastSeen'], id: string, at: number) =>
  new Promise<boolean>((resolve) => lastSeen.note(id, at, resolve));

test('the latest time stands, and none is in the future', async () => {
  const { lastSeen } = await open();
  const id = randomUUID();
  const at = Date.now() - 1_000_000;
  expect(await read(lastSeen, id, at)).toBe(false);
  expect(await seenAt(id)).toBe(at);
  await read(lastSeen, id, at - 5_000);
  expect(await seenAt(id)).toBe(at);
  await read(lastSeen, id, at + 5_000);
  expect(await seenAt(id)).toBe(at + 5_000);
  await read(lastSeen, id, Date.now() + 3_600_000);
  expect(await seenAt(id)).toBeLessThanOrEqual(Date.now() + 1_000);
});

test('whoever hides is known to, and everything else in the row stays', async () => {
  const { lastSeen } = await open();
  const id = randomUUID();
  await query(databaseUrl, 'INSERT INTO users (id, hides_presence, name) VALUES ($1, true, $2)', [
    id,
    'N.',
  ]);
  expect(await read(lastSeen, id, Date.now())).toBe(true);
  expect(
    await query(databaseUrl, 'SELECT hides_presence AS hides, name FROM users WHERE id = $1', [id]),
  ).toEqual([{ hides: true, name: 'N.' }]);
});

/** Of the updates of users, once all of the test are counted. */
async function hotShare(): Promise<number> {
  const [stats] = await query<{ share: number }>(
    databaseUrl,
    `SELECT CASE WHEN n_tup_upd > 19000 THEN n_tup_hot_upd::float8 / n_tup_upd END AS share
     FROM pg_stat_user_tables WHERE relname = 'users'`,
  );
  return stats?.share ?? 0;
}

test('several nodes write the same users at once, many of them, and keep their updates HOT', async () => {
  const nodes = [await open(), await open(), await open()];
  const ids = Array.from({ length: 2_500 }, () => randomUUID() as string);
  for (let round = 0; round < 3; round += 1)
    await Promise.all(
      nodes.flatMap(({ lastSeen }) =>
        ids.toSorted(() => Math.random() - 0.5).map((id) => read(lastSeen, id, Date.now())),
      ),
    );
  // Idle connections tell what they did within ten seconds.
  await expect.poll(hotShare, { timeout: 20_000 }).toBeGreaterThan(0.7);
}, 60_000);

test('a node that stops writes what it has left', async () => {
  const { lastSeen, end } = await open();
  const ids = Array.from({ length: 1_500 }, () => randomUUID() as string);
  const at = Date.now() - 1_000;
  for (const id of ids) lastSeen.note(id, at);
  await end();
  for (const id of ids.slice(-2)) expect(await seenAt(id)).toBe(at);
});

test.each(['close', 'freeze'] as const)(
  'while PostgreSQL is away (%s) nothing is lost, and nobody waits',
  async (how) => {
    const postgres = await startProxy(databaseUrl);
    onTestFinished(() => postgres[Symbol.asyncDispose]());
    const { lastSeen } = await open(postgres.url);
    const [before, meanwhile] = [randomUUID(), randomUUID()];
    await read(lastSeen, before, 1_000);
    postgres[how]();
    const started = performance.now();
    const answered = read(lastSeen, meanwhile, 2_000);
    lastSeen.note(before, 3_000);
    expect(performance.now() - started).toBeLessThan(50);
    setTimeout(() => postgres.open(), 1_500);
    expect(await answered).toBe(false);
    await expect.poll(() => seenAt(before)).toBe(3_000);
    expect(await seenAt(meanwhile)).toBe(2_000);
  },
);

test('however often it is asked while PostgreSQL is away, the newest question is answered, once', async () => {
  const postgres = await startProxy(databaseUrl);
  onTestFinished(() => postgres[Symbol.asyncDispose]());
  const { lastSeen } = await open(postgres.url);
  const id = randomUUID();
  await read(lastSeen, id, 1_000);
  postgres.close();
  const answered: number[] = [];
  for (let i = 0; i < 1_000; i += 1) lastSeen.note(id, 1_000 + i, () => answered.push(i));
  const last = read(lastSeen, id, 5_000);
  lastSeen.note(id, 4_000);
  postgres.open();
  await last;
  expect(answered).toEqual([]);
  expect(await seenAt(id)).toBe(5_000);
});
