/** What finds new things in the chat's tables, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type Scan, readBehind, startScan } from '../src/jobs/scan.ts';
import { createDatabase } from './support/database.ts';
import { type JobsWorker, jobsWorker, silent } from './support/jobs.ts';
import { query } from './support/query.ts';

/** Finds a job of each message, by its seq. */
const scanOf = (delayMs = 0): Scan => ({
  name: 'test',
  delayMs,
  queue: 'webhook',
  async find(tx, from, until) {
    const { rows } = await tx.query<{ n: number }>(
      'SELECT seq AS n FROM messages WHERE created_at >= $1 AND created_at < $2',
      [from, until],
    );
    return rows;
  },
});

const start = (worker: JobsWorker, scan: Scan): Promise<void> =>
  startScan(scan, { ...worker, logger: silent }, worker.disposer);

const INSERT = `
INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
SELECT gen_random_uuid(), $1, $1, '', date_trunc('milliseconds', clock_timestamp()) - $4 * interval '1 second', n
FROM generate_series($2::integer, $3) n`;

async function write(databaseUrl: string, from: number, to: number, ageS = 0): Promise<void> {
  await query(databaseUrl, INSERT, [randomUUID(), from, to, ageS]);
}

/** What was found, in order. */
async function found(databaseUrl: string): Promise<number[]> {
  const rows = await query<{ n: number }>(
    databaseUrl,
    `SELECT (data -> 'item' ->> 'n')::integer AS n FROM parley_jobs.job ORDER BY n`,
  );
  return rows.map(({ n }) => n);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('the first begins now; what comes is found once by two workers, each thing once it is old enough', async () => {
  const databaseUrl = await createDatabase();
  await write(databaseUrl, 900, 910, 5);
  const workers = [await jobsWorker(databaseUrl), await jobsWorker(databaseUrl)];
  for (const worker of workers) await start(worker, scanOf(1_000));
  await write(databaseUrl, 1, 10);
  const writtenAt = performance.now();
  for (let n = 11; n <= 200; n += 10) {
    await write(databaseUrl, n, n + 9);
    await sleep(50);
  }
  expect(performance.now() - writtenAt).toBeGreaterThan(900);
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(200));
  expect(performance.now() - writtenAt).toBeGreaterThan(1_900);
  await sleep(1_200);
  expect(await found(databaseUrl)).toEqual(upTo(200));
});

test('what commits late is not missed', async () => {
  const databaseUrl = await createDatabase();
  const worker = await jobsWorker(databaseUrl);
  await start(worker, scanOf());
  const late = new Client({ connectionString: databaseUrl });
  await late.connect();
  onTestFinished(() => late.end());
  await late.query('BEGIN');
  await late.query(INSERT, [randomUUID(), 1, 5, 0]);
  await sleep(300);
  await write(databaseUrl, 6, 10);
  await sleep(2_000);
  await late.query('COMMIT');
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(10));
});

test('a transaction that only reads holds up nothing', async () => {
  const databaseUrl = await createDatabase();
  const worker = await jobsWorker(databaseUrl);
  await start(worker, scanOf());
  const reader = new Client({ connectionString: databaseUrl });
  await reader.connect();
  onTestFinished(() => reader.end());
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await reader.query('SELECT count(*) FROM messages');
  await write(databaseUrl, 1, 3);
  await expect.poll(() => found(databaseUrl), { timeout: 3_000 }).toEqual(upTo(3));
});

test('after an outage it catches up in steps, and says meanwhile how far behind it is', async () => {
  const databaseUrl = await createDatabase();
  await query(
    databaseUrl,
    `INSERT INTO scan_positions VALUES ('test', now() - interval '10 minutes')`,
  );
  for (let n = 1; n <= 60; n += 1) await write(databaseUrl, n, n, 10 * n - 1);
  const worker = await jobsWorker(databaseUrl);
  const scan = scanOf();
  expect((await readBehind([scan], worker.pool)).get('test')).toBeGreaterThan(599);
  const steps: number[] = [];
  await start(worker, {
    ...scan,
    find(tx, from, until) {
      steps.push(until.getTime() - from.getTime());
      return scan.find(tx, from, until);
    },
  });
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(60));
  expect(steps.length).toBeGreaterThanOrEqual(60);
  expect(Math.max(...steps)).toBe(10_000);
  await expect
    .poll(async () => (await readBehind([scan], worker.pool)).get('test'))
    .toBeLessThan(2);
});

test('when the clock was set back by hours, what comes is found', async () => {
  const databaseUrl = await createDatabase();
  await query(
    databaseUrl,
    `INSERT INTO scan_positions VALUES ('test', now() + interval '2 hours')`,
  );
  await write(databaseUrl, 1, 3);
  const worker = await jobsWorker(databaseUrl);
  await start(worker, scanOf(500));
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(3));
  await write(databaseUrl, 4, 6);
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(6));
});

test('a step that fails is done again as a whole', async () => {
  const databaseUrl = await createDatabase();
  const worker = await jobsWorker(databaseUrl);
  let failures = 0;
  const jobs: JobsWorker['jobs'] = {
    ...worker.jobs,
    async add(tx, queue, items) {
      await worker.jobs.add(tx, queue, items);
      if (items.length === 0 || failures > 1) return;
      failures += 1;
      throw new Error('away');
    },
  };
  await start({ ...worker, jobs }, scanOf());
  await write(databaseUrl, 1, 5);
  await expect.poll(() => found(databaseUrl)).toEqual(upTo(5));
  expect(failures).toBe(2);
});

test('whoever works on the queue is told of what was found, when it is there', async () => {
  const databaseUrl = await createDatabase();
  const worker = await jobsWorker(databaseUrl);
  const woken: unknown[] = [];
  const jobs: JobsWorker['jobs'] = {
    ...worker.jobs,
    wake: (queue, added) =>
      void found(databaseUrl).then((numbers) => woken.push([queue, added, numbers])),
  };
  await start({ ...worker, jobs }, scanOf());
  await write(databaseUrl, 1, 3);
  await expect.poll(() => woken).toEqual([['webhook', 3, [1, 2, 3]]]);
});

test.each([
  { delayDays: 0, positionDays: 8, finds: [] },
  { delayDays: 30, positionDays: 30.01, finds: [1] },
])(
  'one that was switched off for a week begins anew: $positionDays days with a delay of $delayDays',
  async ({ delayDays, positionDays, finds }) => {
    const databaseUrl = await createDatabase();
    await query(
      databaseUrl,
      `INSERT INTO scan_positions VALUES ('test', now() - $1 * interval '1 day')`,
      [positionDays],
    );
    await write(databaseUrl, 1, 1, positionDays * 86_400 - 5);
    const worker = await jobsWorker(databaseUrl);
    const scan = scanOf(delayDays * 86_400_000);
    await start(worker, scan);
    await expect
      .poll(async () => (await readBehind([scan], worker.pool)).get('test'), { timeout: 25_000 })
      .toBeLessThan(2);
    expect(await found(databaseUrl)).toEqual(finds);
  },
);
