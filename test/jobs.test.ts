/** The durable queue on a real PostgreSQL, also behind PgBouncer. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Done, Job, Queue } from '../src/jobs/queue.ts';
import { transaction } from '../src/jobs/transaction.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { createDatabase } from './support/database.ts';
import { type JobsWorker, jobsWorker } from './support/jobs.ts';
import { PgBouncer } from './support/pgbouncer.ts';
import { query } from './support/query.ts';

interface Item {
  readonly n: number;
}

const webhooks = (
  run: (jobs: readonly Job<Item>[]) => Promise<Done<Item>> | Done<Item>,
  batchSize = 10,
): Queue<Item> => ({
  name: 'webhook',
  batchSize,
  concurrency: 2,
  run: async (jobs) => run(jobs),
});

const done: Done<Item> = { retries: [] };
const numbers = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ n }));

/** Works on the queue, and remembers what came. */
function collect({ jobs }: JobsWorker, into: number[] = []): number[] {
  jobs.work(
    webhooks((batch) => {
      into.push(...batch.map(({ item }) => item.n));
      return done;
    }),
  );
  return into;
}

const left = async ({ pool }: JobsWorker): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT ((SELECT count(*) FROM parley_jobs.job) + (SELECT count(*) FROM parley_jobs.archive))::integer AS count',
  );
  return rows[0]?.count ?? Number.NaN;
};

test('eight workers that start at once on a database without queues all start', async () => {
  const databaseUrl = await createDatabase();
  const workers = await Promise.all(Array.from({ length: 8 }, () => jobsWorker(databaseUrl)));
  const seen = workers.map((worker) => collect(worker));
  await workers[0]!.add('webhook', numbers(200));
  await expect.poll(() => seen.flat().length).toBe(200);
  expect(new Set(seen.flat()).size).toBe(200);
});

describe('jobs', () => {
  test('are there when their transaction commits, and are not when it does not', async () => {
    const worker = await jobsWorker(await createDatabase());
    const seen = collect(worker);
    const failing = transaction(worker.pool, async (tx) => {
      await worker.jobs.add(tx, 'webhook', [{ n: 1 }]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await transaction(worker.pool, async (tx) => {
      await worker.jobs.add(tx, 'webhook', [{ n: 2 }]);
      await sleep(700);
      expect(seen).toEqual([]);
    });
    await expect.poll(() => seen).toEqual([2]);
  });

  test('are done once, by several workers, and leave no row', async () => {
    const databaseUrl = await createDatabase();
    const workers = [await jobsWorker(databaseUrl), await jobsWorker(databaseUrl)];
    const seen: number[] = [];
    for (const worker of workers) collect(worker, seen);
    await workers[0]!.add('webhook', numbers(1_000));
    await expect.poll(() => seen.length).toBe(1_000);
    await expect.poll(() => left(workers[0]!)).toBe(0);
    expect(new Set(seen).size).toBe(1_000);
  });

  test('wait for their time, and are counted meanwhile', async () => {
    const worker = await jobsWorker(await createDatabase());
    const seen = collect(worker);
    await worker.add('webhook', numbers(3), 1_500);
    await worker.add('email', [{ n: 9 }]);
    const addedAt = performance.now();
    expect(await worker.jobs.waiting()).toEqual({
      push: 0,
      push_again: 0,
      remind: 0,
      email: 1,
      webhook: 3,
    });
    await expect.poll(() => seen.length).toBe(3);
    expect(performance.now() - addedAt).toBeGreaterThan(1_300);
  });

  test('that are to be tried again come back at their time, with how often they were tried', async () => {
    const worker = await jobsWorker(await createDatabase());
    const came: { readonly attempt: number; readonly since: number; readonly at: number }[] = [];
    worker.jobs.work(
      webhooks(([job]) => {
        came.push({ attempt: job!.attempt, since: job!.since, at: performance.now() });
        return job!.attempt < 2 ? { retries: [{ job: job!, afterMs: 1_000 }] } : done;
      }),
    );
    await worker.add('webhook', [{ n: 1 }]);
    await expect.poll(() => came.length).toBe(3);
    expect(came.map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
    expect(new Set(came.map(({ since }) => since)).size).toBe(1);
    expect(came[2]!.at - came[0]!.at).toBeGreaterThan(1_900);
    await expect.poll(() => left(worker)).toBe(0);
  });

  test('that are put back untried count no attempt', async () => {
    const worker = await jobsWorker(await createDatabase());
    const attempts: number[] = [];
    worker.jobs.work(
      webhooks(([job]) => {
        attempts.push(job!.attempt);
        const isUntried = attempts.length < 3;
        return attempts.length < 4 ? { retries: [{ job: job!, afterMs: 1, isUntried }] } : done;
      }),
    );
    await worker.add('webhook', numbers(1));
    await expect.poll(() => attempts).toEqual([0, 0, 0, 1]);
  });

  test('of a batch that fails are tried again, as is what their end should have written', async () => {
    const worker = await jobsWorker(await createDatabase());
    let runs = 0;
    worker.jobs.work(
      webhooks((jobs) => {
        runs += 1;
        if (runs === 1) throw new Error('away');
        const [job] = jobs;
        return {
          retries: [],
          record: async (tx) => {
            await tx.query('INSERT INTO users (id, name) VALUES (gen_random_uuid(), $1)', [
              `${job!.attempt}`,
            ]);
            if (runs === 2) throw new Error('broke while it wrote');
          },
        };
      }),
    );
    await worker.add('webhook', [{ n: 1 }]);
    await expect.poll(() => left(worker), { timeout: 15_000 }).toBe(0);
    expect(runs).toBe(3);
    expect((await worker.pool.query('SELECT name FROM users')).rows).toEqual([{ name: '0' }]);
  });

  test('of a worker that was slow are there once, whatever both say of them', async () => {
    const databaseUrl = await createDatabase();
    const [slow, other] = [await jobsWorker(databaseUrl, 1), await jobsWorker(databaseUrl, 1)];
    const gate = new EventEmitter();
    let isHeld = false;
    slow.jobs.work({
      ...webhooks(async ([job]) => {
        isHeld = true;
        await once(gate, 'open');
        return { retries: [{ job: job!, afterMs: 3_600_000 }] };
      }),
      concurrency: 1,
    });
    await slow.add('webhook', [{ n: 1 }]);
    await expect.poll(() => isHeld).toBe(true);
    let others = 0;
    other.jobs.work(
      webhooks(([job]) => {
        others += 1;
        return { retries: [{ job: job!, afterMs: 3_600_000 }] };
      }),
    );
    await expect.poll(() => others, { timeout: 20_000 }).toBe(1);
    gate.emit('open');
    await slow[Symbol.asyncDispose]();
    expect(await other.jobs.waiting()).toMatchObject({ webhook: 1 });
  });

  test('of a worker that was killed are done by another', async () => {
    const databaseUrl = await createDatabase();
    const worker = await jobsWorker(databaseUrl, 3);
    await worker.add('webhook', numbers(5));
    const taker = spawn(
      process.execPath,
      ['--import', 'tsx', packagePath('test/support/job-taker.ts'), databaseUrl],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void taker.kill('SIGKILL'));
    await once(taker.stdout, 'data');
    taker.kill('SIGKILL');
    const killedAt = performance.now();
    const seen = collect(worker);
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(5);
    // Three seconds are a job's time here; 47 more are what production gives it.
    expect(performance.now() - killedAt).toBeLessThan(20_000);
    await expect.poll(() => left(worker)).toBe(0);
  });

  test('that were begun are ended before the worker stops', async () => {
    const worker = await jobsWorker(await createDatabase());
    let begun = 0;
    let ended = 0;
    worker.jobs.work(
      webhooks(async () => {
        begun += 1;
        await sleep(1_000);
        ended += 1;
        return done;
      }, 1),
    );
    await worker.add('webhook', numbers(20));
    await expect.poll(() => begun).toBe(2);
    await worker[Symbol.asyncDispose]();
    expect(ended).toBe(2);
    expect(begun).toBe(2);
  });

  test('are worked on again when PostgreSQL has ended the connections', async () => {
    const databaseUrl = await createDatabase();
    const worker = await jobsWorker(databaseUrl);
    const seen = collect(worker);
    await query(
      databaseUrl,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await query(
      databaseUrl,
      `INSERT INTO parley_jobs.job (name, data) VALUES ('webhook', '{"item": {"n": 7}, "attempt": 0, "since": 0}')`,
    );
    await expect.poll(() => seen).toEqual([7]);
  });

  test('come through PgBouncer in transaction mode', async () => {
    const databaseUrl = await createDatabase();
    const pooler = await PgBouncer.start(inject('postgresUrl'), {
      settings: ['default_pool_size = 3'],
    });
    onTestFinished(() => pooler[Symbol.asyncDispose]());
    const url = new URL(new URL(databaseUrl).pathname, pooler.url).href;
    const workers = await Promise.all([jobsWorker(url), jobsWorker(url)]);
    const seen: number[] = [];
    for (const worker of workers) collect(worker, seen);
    await workers[0].add('webhook', numbers(500));
    await expect.poll(() => seen.length).toBe(500);
    expect(new Set(seen).size).toBe(500);
  });
});
