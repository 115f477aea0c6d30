import PgBoss from 'pg-boss';
import type { Pool, PoolClient } from 'pg';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { slices } from '../lib/slices.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { type Loop, startLoop } from './loop.ts';
import { type Done, type Job, QUEUE_NAMES, type Queue, type QueueName } from './queue.ts';
import { transaction } from './transaction.ts';

/** Of PostgreSQL: the tables of pg-boss are in it. */
const SCHEMA = 'parley_jobs';
/** Any number but that of the migrations (`db/migrate.ts`). */
const LOCK = 727_540;
/**
 * How long a worker may have a job. After that it is taken for dead, and another one gets it: whoever takes longer must have a claim
 * of its own. With the two below it is a minute at most until somebody goes on with it. In seconds.
 */
const EXPIRES_S = 50;
/** How often jobs of dead workers are looked for, in milliseconds. */
const MAINTENANCE_MS = 5_000;
/** Between two looks into a queue that found nothing, in milliseconds. */
const IDLE_MS = 500;
/** A batch that failed as a whole is tried again after this time, in seconds: PostgreSQL is away, mostly. */
const RETRY_DELAY_S = 3;
/** Without end: what is given up, and when, is for the queue to say. */
const RETRY_LIMIT = 1_000_000;

/** Jobs that are added by one statement: after an outage there are many. */
const PIECE = 2_000;

/** The durable queues: pg-boss, in the same PostgreSQL as the messages. A job comes at least once. */
export interface Jobs {
  /**
   * Adds jobs in the caller's transaction: they are there when it commits.
   *
   * @param afterMs how long they wait at least
   */
  add(tx: PoolClient, queue: QueueName, items: readonly object[], afterMs?: number): Promise<void>;
  /** Works on a queue until the disposer ends it; what has been begun is finished first. */
  work<T extends object>(queue: Queue<T>): void;
  /** Whoever works on the queue in this process looks at once, as many as can get something: so many jobs have been added, and committed. */
  wake(queue: QueueName, jobs: number): void;
  /** How many jobs wait in each queue, those that wait for their time too. */
  waiting(): Promise<Readonly<Record<QueueName, number>>>;
}

export interface JobsOptions {
  /** How long a worker may have a job, in seconds; {@link EXPIRES_S} unless told otherwise. */
  readonly expiresS?: number;
}

/** As pg-boss keeps it. */
interface Stored<T> {
  readonly item: T;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** One to be added. With an id it takes the place it had. */
interface Waiting {
  readonly id?: string;
  readonly data: Stored<object>;
  readonly afterMs: number;
}

/** @param pool of its own, with one connection or more: chat does not wait for jobs */
export async function openJobs(
  pool: Pool,
  logger: Logger,
  disposer: Disposer,
  { expiresS = EXPIRES_S }: JobsOptions = {},
): Promise<Jobs> {
  const boss = new PgBoss({
    db: databaseOf(pool),
    schema: SCHEMA,
    schedule: false,
    // It would read all that waits, to put away what is done and what is old: there is nothing of either.
    supervise: false,
    expireInSeconds: expiresS,
    retryLimit: RETRY_LIMIT,
    retryDelay: RETRY_DELAY_S,
  });
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown) =>
    logger.warn({ err, leftOut }, 'jobs could not be worked on'),
  );
  await boss.start();
  disposer.defer(() => boss.stop({ graceful: false, close: false, wait: false }));
  await createQueues(boss, pool);
  const maintenance = setInterval(() => void boss.expire().catch(report), MAINTENANCE_MS);
  disposer.defer(() => clearInterval(maintenance));
  const loops: { readonly queue: Pick<Queue<never>, 'name' | 'batchSize'>; readonly loop: Loop }[] =
    [];
  disposer.defer(() => Promise.all(loops.map(({ loop }) => loop.stop())));

  const insert = async (
    tx: PoolClient,
    name: QueueName,
    jobs: readonly Waiting[],
  ): Promise<void> => {
    for (const piece of slices(jobs, PIECE))
      await boss.insert(
        piece.map(({ afterMs, ...job }) => ({
          name,
          ...job,
          // By PostgreSQL's clock.
          startAfter: `${afterMs} milliseconds`,
        })),
        { db: databaseOf(tx, 'jobs_insert') },
      );
  };

  /**
   * Jobs that are to be tried again keep their ids: when somebody else has them by now, because this took too long, there is still
   * one of each.
   */
  const finish = <T extends object>(
    name: QueueName,
    jobs: ReadonlyMap<Job<T>, string>,
    { retries, record }: Done<T>,
  ): Promise<void> =>
    transaction(pool, async (tx) => {
      await record?.(tx);
      await boss.deleteJob(name, [...jobs.values()], { db: databaseOf(tx, 'jobs_delete') });
      await insert(
        tx,
        name,
        retries.map(({ job, afterMs, isUntried = false }) => {
          const id = jobs.get(job);
          if (id === undefined) throw new Error(`${name}: tries a job again that it was not given`);
          const attempt = job.attempt + Number(!isUntried);
          return { id, data: { item: job.item, attempt, since: job.since }, afterMs };
        }),
      );
    });

  /** @returns how long to rest, in milliseconds */
  const workOnce = async <T extends object>({
    name,
    batchSize,
    isResting,
    run,
  }: Queue<T>): Promise<number> => {
    if (isResting?.() === true) return IDLE_MS;
    const fetched = await fetch<T>(boss, pool, name, batchSize);
    if (fetched.length === 0) return IDLE_MS;
    const jobs = new Map(fetched.map(({ id, data }): [Job<T>, string] => [data, id]));
    try {
      await finish(name, jobs, await run([...jobs.keys()]));
    } catch (error) {
      report(error);
      await boss.fail(name, [...jobs.values()]);
      return IDLE_MS;
    }
    return 0;
  };

  return {
    add(tx, queue, items, afterMs = 0) {
      const since = Date.now();
      return insert(
        tx,
        queue,
        items.map((item) => ({ data: { item, attempt: 0, since }, afterMs })),
      );
    },
    work(queue) {
      for (let i = 0; i < queue.concurrency; i += 1)
        loops.push({ queue, loop: startLoop(() => workOnce(queue), report) });
    },
    wake(name, added) {
      let left = added;
      for (const { queue, loop } of loops)
        if (queue.name === name && left > 0 && loop.wake()) left -= queue.batchSize;
    },
    async waiting() {
      const sizes = await Promise.all(QUEUE_NAMES.map((name) => boss.getQueueSize(name)));
      return Object.fromEntries(QUEUE_NAMES.map((name, i) => [name, sizes[i] ?? 0])) as Record<
        QueueName,
        number
      >;
    },
  };
}

/**
 * pg-boss's own find the next job by sorting all that are due, and those of dead workers by reading all there are: with 100,000 that wait
 * each takes 250 ms (docs/performance.md).
 */
const INDEXES = `
CREATE INDEX IF NOT EXISTS job_next ON ${SCHEMA}.job (name, created_on, id, start_after) WHERE state < 'active';
CREATE INDEX IF NOT EXISTS job_taken ON ${SCHEMA}.job (name, started_on) WHERE state = 'active'`;

/**
 * pg-boss makes its tables under a lock, but not its queues: two workers that do so at their first start wait for each other, and
 * PostgreSQL ends one of them.
 */
async function createQueues(boss: PgBoss, pool: Pool): Promise<void> {
  const known = new Set((await boss.getQueues()).map(({ name }) => name));
  if (QUEUE_NAMES.every((name) => known.has(name))) return;
  await transaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await tx.query(INDEXES);
    const within = new PgBoss({ db: databaseOf(tx), schema: SCHEMA });
    for (const name of QUEUE_NAMES) await within.createQueue(name);
  });
}

/**
 * pg-boss itself takes an error for an empty queue. And a plan that is kept must know how few jobs are asked for, or it reads all that wait:
 * so there is one for each number of them.
 */
async function fetch<T extends object>(
  boss: PgBoss,
  pool: Pool,
  name: QueueName,
  batchSize: number,
): Promise<PgBoss.Job<Stored<T>>[]> {
  let failure: Error | undefined;
  const executeSql = async (text: string) => {
    try {
      return await pool.query({
        name: `jobs_fetch_${batchSize}`,
        text: text.replaceAll('$2', String(batchSize)),
        values: [name],
      });
    } catch (error) {
      failure = error as Error;
      throw error;
    }
  };
  const fetched = await boss.fetch<Stored<T>>(name, {
    batchSize,
    priority: false,
    db: { executeSql },
  });
  if (failure !== undefined) throw failure;
  return fetched;
}

/**
 * What pg-boss asks of a database: of a pool, whatever connection is free, or within a transaction of ours.
 *
 * @param name of the statement, which PostgreSQL plans once then
 */
const databaseOf = (client: Pool | PoolClient, name?: string): PgBoss.Db => ({
  executeSql: (text, values) => client.query({ text, values, ...(name !== undefined && { name }) }),
});
