import type { PoolClient } from 'pg';
import type { PushDevice } from './provider.ts';

/** Forgets devices that are no more. One that was registered anew meanwhile, with another token, stays. */
export async function removeGone(tx: PoolClient, devices: readonly PushDevice[]): Promise<void> {
  if (devices.length === 0) return;
  await tx.query({
    name: 'push_gone',
    text: REMOVE,
    values: [devices.map(({ id }) => id), devices.map(({ token }) => token)],
  });
}

/** Locked in order, so that two of these can't deadlock; each by its key, whatever a plan that is kept thinks of the table's size. */
const REMOVE = `
WITH gone AS MATERIALIZED (
  SELECT * FROM unnest($1::uuid[], $2::text[]) AS gone(id, token) ORDER BY id
), locked AS MATERIALIZED (
  SELECT id FROM gone CROSS JOIN LATERAL (
    SELECT FROM devices WHERE id = gone.id AND token = gone.token LIMIT 1 FOR UPDATE
  ) d
)
DELETE FROM devices WHERE id = ANY (ARRAY(SELECT id FROM locked))`;
