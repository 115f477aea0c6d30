/** A worker that takes the jobs of the queue `webhook` of a database, says so, and never ends them: for tests to kill. */
import { openDatabase } from '../../src/db/pool.ts';
import { openJobs } from '../../src/jobs/jobs.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';

const [, , databaseUrl = ''] = process.argv;
const disposer = new Disposer();
const logger = createLogger('silent');
const { pool } = await openDatabase(databaseUrl, logger, disposer);
const jobs = await openJobs(pool, logger, disposer);
jobs.work({
  name: 'webhook',
  batchSize: 10,
  concurrency: 1,
  run: () => {
    console.log('taken');
    return new Promise<never>(() => undefined);
  },
});
