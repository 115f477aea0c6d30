import PgBoss from 'pg-boss';
import type { Pool, PoolClient } from 'pg';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { loop } from './loop.ts';
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

/** @param pool of its own, with two connections at least: chat does not wait for jobs */
export async function openJobs(
  pool: Pool,
  logger: Logger,
  disposer: Disposer,
  { expiresS = EXPIRES_S }: JobsOptions = {},
): Promise<Jobs> {
  const boss = new PgBoss({
    // One connection for each: an error may leave a transaction of pg-boss's behind, and pg's pool ends a connection that had one.
    db: { executeSql: (text, values) => pool.query(text, values) },
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
  const stops: (() => Promise<void>)[] = [];
  disposer.defer(() => Promise.all(stops.map((stop) => stop())));

  const insert = async (
    tx: PoolClient,
    name: QueueName,
    jobs: readonly Waiting[],
  ): Promise<void> => {
    for (let from = 0; from < jobs.length; from += PIECE)
      await boss.insert(
        jobs.slice(from, from + PIECE).map(({ afterMs, ...job }) => ({
          name,
          ...job,
          // By PostgreSQL's clock.
          startAfter: `${afterMs} milliseconds`,
        })),
        { db: inTransaction(tx) },
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
      await boss.deleteJob(name, [...jobs.values()], { db: inTransaction(tx) });
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

  /** @returns false when there was nothing to do */
  const workOnce = async <T extends object>({
    name,
    batchSize,
    isResting,
    run,
  }: Queue<T>): Promise<boolean> => {
    if (isResting?.() === true) return false;
    const fetched = await fetch<T>(boss, pool, name, batchSize);
    if (fetched.length === 0) return false;
    const jobs = new Map(fetched.map(({ id, data }): [Job<T>, string] => [data, id]));
    try {
      await finish(name, jobs, await run([...jobs.keys()]));
    } catch (error) {
      report(error);
      await boss.fail(name, [...jobs.values()]);
      return false;
    }
    return true;
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
        stops.push(loop(() => workOnce(queue), report));
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
    await pool.query(INDEXES);
    for (const name of QUEUE_NAMES) await boss.createQueue(name);
  });
}

/**
 * pg-boss itself takes an error for an empty queue. A plan that does not know how few are asked for reads all that wait, so this is planned
 * each time, unlike what nodes ask (`db/settings.ts`).
 */
async function fetch<T extends object>(
  boss: PgBoss,
  pool: Pool,
  name: QueueName,
  batchSize: number,
): Promise<PgBoss.Job<Stored<T>>[]> {
  let failure: Error | undefined;
  const executeSql = async (text: string, values: unknown[]) => {
    try {
      return await transaction(pool, async (tx) => {
        await tx.query('SET LOCAL plan_cache_mode = force_custom_plan');
        return tx.query(text, values);
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

/** What pg-boss asks of a database, within a transaction of ours. */
const inTransaction = (tx: PoolClient): PgBoss.Db => ({
  executeSql: (text, values) => tx.query(text, values),
});
