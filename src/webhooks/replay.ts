import type { Pool, PoolClient } from 'pg';
import type { Jobs } from '../jobs/jobs.ts';
import { transaction } from '../jobs/transaction.ts';
import type { WebhookJob, WebhookType } from './webhook-job.ts';

/** Which events; `undefined`: all. */
export interface ReplayFilter {
  /** Those that were given up since then. */
  readonly since: Date | undefined;
  readonly type: WebhookType | undefined;
}

/** Events that are moved by one statement. */
const PIECE = 1_000;

/** @returns how many events that were given up it would be */
export async function countDead(pool: Pool, { since, type }: ReplayFilter): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(COUNT, [since, type]);
  return rows[0]?.count ?? 0;
}

/**
 * Has events that were given up sent again, with the ids they had. All of them, or none when it rejects.
 *
 * @returns how many
 */
export const replayDead = (
  pool: Pool,
  jobs: Pick<Jobs, 'add'>,
  filter: ReplayFilter,
): Promise<number> =>
  transaction(pool, async (tx) => {
    let count = 0;
    let last = '';
    for (;;) {
      const taken = await take(tx, filter, last);
      if (taken.length === 0) return count;
      const items = taken.map(({ event }) => event);
      await jobs.add(tx, 'webhook', items);
      count += taken.length;
      last = taken.at(-1)?.id ?? last;
    }
  });

interface Taken {
  readonly id: string;
  readonly event: WebhookJob;
}

/** By id: each statement goes on where the one before has ended. */
async function take(tx: PoolClient, { since, type }: ReplayFilter, last: string): Promise<Taken[]> {
  const { rows } = await tx.query<Taken>(TAKE, [since, type, last, PIECE]);
  return rows;
}

const IS_WANTED = `
  ($1::timestamptz IS NULL OR died_at >= $1) AND ($2::text IS NULL OR event ->> 'type' = $2)`;

const COUNT = `SELECT count(*)::integer AS count FROM dead_webhooks WHERE ${IS_WANTED}`;

const TAKE = `
WITH taken AS (
  DELETE FROM dead_webhooks WHERE event_id IN (
    SELECT event_id FROM dead_webhooks WHERE event_id > $3 AND ${IS_WANTED}
    ORDER BY event_id LIMIT $4 FOR UPDATE
  ) RETURNING event_id AS id, event
)
SELECT * FROM taken ORDER BY id`;
