import type { Pool } from 'pg';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/db/pool.ts';
import { type Jobs, openJobs } from '../../src/jobs/jobs.ts';
import type { QueueName } from '../../src/jobs/queue.ts';
import { transaction } from '../../src/jobs/transaction.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';

/** What a worker process has of the queues, in this one. */
export interface JobsWorker extends AsyncDisposable {
  readonly pool: Pool;
  readonly jobs: Jobs;
  readonly disposer: Disposer;
  /** Adds jobs in a transaction of their own. */
  add(queue: QueueName, items: readonly object[], afterMs?: number): Promise<void>;
}

export const silent = createLogger('silent');

/** Stops with the test, unless it is disposed of before. */
export async function jobsWorker(databaseUrl: string, expiresS?: number): Promise<JobsWorker> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const { pool } = await openDatabase(databaseUrl, silent, disposer);
  const jobs = await openJobs(pool, silent, disposer, expiresS === undefined ? {} : { expiresS });
  return {
    pool,
    jobs,
    disposer,
    add: (queue, items, afterMs) => transaction(pool, (tx) => jobs.add(tx, queue, items, afterMs)),
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}
