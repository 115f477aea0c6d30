import type { PoolClient } from 'pg';
import type { WebhookJob } from './webhook-job.ts';

export interface DeadWebhook {
  /** As in `webhook-id`. */
  readonly id: string;
  readonly job: WebhookJob;
  readonly attempts: number;
  /** A status or the name of an error. */
  readonly reason: string;
}

/** Keeps what was given up, for `npm run webhooks:replay`. */
export async function recordDead(tx: PoolClient, dead: readonly DeadWebhook[]): Promise<void> {
  const rows = dead.map(({ id, job, attempts, reason }) => ({ id, event: job, attempts, reason }));
  await tx.query({ name: 'dead_webhooks', text: RECORD, values: [JSON.stringify(rows)] });
}

/** One that was given up twice, because it was done again after a worker's death, is there once. */
const RECORD = `
INSERT INTO dead_webhooks (event_id, event, attempts, reason, died_at)
SELECT id, event, attempts, reason, now()
FROM jsonb_to_recordset($1::jsonb) AS dead(id text, event jsonb, attempts integer, reason text)
ON CONFLICT (event_id) DO UPDATE
SET attempts = excluded.attempts, reason = excluded.reason, died_at = excluded.died_at`;
