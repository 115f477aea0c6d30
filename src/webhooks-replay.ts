import { isUrl } from './config-rules.ts';
import { readEnv } from './config.ts';
import { explainDatabaseError } from './db/advice.ts';
import { openDatabase } from './db/pool.ts';
import { openJobs } from './jobs/jobs.ts';
import { Disposer } from './lib/disposer.ts';
import { createLogger } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';
import { parseReplayArguments } from './webhooks/replay-arguments.ts';
import { countDead, replayDead } from './webhooks/replay.ts';

/** `npm run webhooks:replay`: the workers send again what they had given up. */
async function replay(): Promise<string> {
  const { isDryRun, ...filter } = parseReplayArguments(process.argv.slice(2));
  const url = readEnv()['DATABASE_URL'] ?? '';
  if (!isUrl(url, ['postgres:', 'postgresql:']))
    throw new StartupError('DATABASE_URL must be set to the database of the nodes');
  await using disposer = new Disposer();
  const logger = createLogger('warn');
  try {
    const { pool } = await openDatabase(url, logger, disposer);
    if (isDryRun) return `webhooks that would be sent again: ${await countDead(pool, filter)}`;
    const jobs = await openJobs(pool, logger, disposer);
    return `webhooks that are sent again: ${await replayDead(pool, jobs, filter)}`;
  } catch (error) {
    throw new StartupError(
      `cannot replay from the database of DATABASE_URL: ${explainDatabaseError(error)}`,
      { cause: error },
    );
  }
}

try {
  console.log(await replay());
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(`webhooks:replay: ${error.message}`);
  process.exitCode = 1;
}
