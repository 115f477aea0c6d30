import type { Pool, PoolClient } from 'pg';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import type { Jobs } from './jobs.ts';
import { startLoop } from './loop.ts';
import type { QueueName } from './queue.ts';
import { transaction } from './transaction.ts';

/** Between two looks that found nothing, in milliseconds. */
const IDLE_MS = 500;
/** After one that found something. The longer it is, the fewer transactions tell as many; and the longer PostgreSQL is at each, for which those wait who chat. In milliseconds. */
const REST_MS = 100;
/** How much time one step covers at most, in milliseconds: after an outage there is a lot to catch up with, and a step is one transaction. */
const MAX_STEP_MS = 10_000;
/**
 * A transaction that writes for longer than this is no sender's: those are one statement each, which PostgreSQL ends sooner. Whatever else
 * holds a transaction open must not hold up all that people are told of. In milliseconds.
 */
const MAX_COMMIT_MS = 60_000;
/** When the clock was set back, what was written up to so long ago is looked at again: nobody knows when it was. In milliseconds. */
const SET_BACK_MS = 60_000;
/** A scan that has not run for so long was switched off: what came meanwhile is not told any more. In milliseconds. */
const MAX_BEHIND_MS = 7 * 86_400_000;

/**
 * Finds what was created lately, and adds the jobs for it, in one transaction with how far it has looked: nothing that
 * was committed is left out, whoever dies; after PostgreSQL's clock was set back things may be found twice. What is to be told is derived from the tables of the chat, so sending pays nothing for it.
 */
export interface Scan {
  /** As in `scan_positions`. */
  readonly name: string;
  /** How old a thing must be to be looked at, in milliseconds. */
  readonly delayMs: number;
  /** The jobs are added to it. */
  readonly queue: QueueName;
  /** Resolves with the jobs of all that was created from `from` on and before `until`. */
  readonly find: (tx: PoolClient, from: Date, until: Date) => Promise<readonly object[]>;
}

export interface ScanParts {
  readonly pool: Pool;
  readonly jobs: Pick<Jobs, 'add' | 'wake'>;
  readonly logger: Logger;
}

/** Begins, at the first time ever, with what comes from now on. Of several workers one scans at a time, whichever comes. */
export async function startScan(
  { name, delayMs, queue, find }: Scan,
  { pool, jobs, logger }: ScanParts,
  disposer: Disposer,
): Promise<void> {
  await pool.query(BEGIN_HERE, [name, delayMs + MAX_BEHIND_MS]);
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown) =>
    logger.warn({ err, scan: name, leftOut }, 'what is new could not be looked for'),
  );
  const look = (): Promise<Look> =>
    transaction(pool, async (tx) => {
      const { rows } = await tx.query<Step>({
        name: 'scan_take',
        text: TAKE,
        values: [name, delayMs, MAX_COMMIT_MS, MAX_STEP_MS],
      });
      const [taken] = rows;
      // Another worker is at it.
      if (taken === undefined) return { found: 0, hasMore: false };
      if (taken.isAhead) {
        await move(tx, name, new Date(taken.until.getTime() - SET_BACK_MS));
        return { found: 0, hasMore: true };
      }
      // There is nothing that old yet.
      if (taken.until <= taken.from) return { found: 0, hasMore: false };
      const found = await find(tx, taken.from, taken.until);
      await jobs.add(tx, queue, found);
      await move(tx, name, taken.until);
      return { found: found.length, hasMore: taken.hasMore };
    });
  const looking = startLoop(async () => {
    const { found, hasMore } = await look();
    if (found > 0) jobs.wake(queue, found);
    if (hasMore) return 0;
    return found > 0 ? REST_MS : IDLE_MS;
  }, report);
  disposer.defer(() => looking.stop());
}

const move = (tx: PoolClient, name: string, until: Date) =>
  tx.query({ name: 'scan_move', text: MOVE, values: [name, until] });

/** How far behind each scan is beyond its delay, in seconds, whoever of the workers does it. One that never began is left out. */
export async function readBehind(
  scans: readonly Scan[],
  pool: Pool,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ name: string; seconds: number }>(BEHIND, [
    scans.map(({ name }) => name),
    scans.map(({ delayMs }) => delayMs),
  ]);
  return new Map(rows.map(({ name, seconds }) => [name, seconds]));
}

interface Look {
  /** Jobs. */
  readonly found: number;
  readonly hasMore: boolean;
}

interface Step {
  readonly from: Date;
  readonly until: Date;
  readonly hasMore: boolean;
  /** The clock was set back since, by more than the delay. */
  readonly isAhead: boolean;
}

const BEGIN_HERE = `
INSERT INTO scan_positions (name, position) VALUES ($1, date_trunc('milliseconds', now()))
ON CONFLICT (name) DO UPDATE SET position = excluded.position
WHERE scan_positions.position < now() - $2 * interval '1 millisecond'`;

/**
 * Whatever commits later was begun later than the oldest transaction that is writing now, so all that was created before that is there.
 * Messages carry the time at which their statement ran.
 */
const TAKE = `
WITH taken AS (
  SELECT position FROM scan_positions WHERE name = $1 FOR UPDATE SKIP LOCKED
), settled AS (
  SELECT date_trunc('milliseconds', greatest(
    least(now(), min(xact_start)), now() - $3 * interval '1 millisecond')) - $2 * interval '1 millisecond' AS at
  FROM pg_stat_activity
  WHERE datname = current_database() AND backend_xid IS NOT NULL AND backend_type = 'client backend'
)
SELECT position AS "from", least(at, position + $4 * interval '1 millisecond') AS until,
  at > position + $4 * interval '1 millisecond' AS "hasMore", position > clock_timestamp() AS "isAhead"
FROM taken, settled`;

const MOVE = `UPDATE scan_positions SET position = $2 WHERE name = $1`;

const BEHIND = `
SELECT name, greatest(0, extract(epoch FROM now() - position)::float8 - delay / 1000.0)::float8 AS seconds
FROM unnest($1::text[], $2::float8[]) AS scan(name, delay) JOIN scan_positions USING (name)`;
