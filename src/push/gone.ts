import type { PoolClient } from 'pg';
import type { PushDevice } from './provider.ts';

/** Forgets devices that are no more. One that was registered anew meanwhile, with another token, stays. */
export async function removeGone(tx: PoolClient, devices: readonly PushDevice[]): Promise<void> {
  if (devices.length === 0) return;
  await tx.query({
    name: 'push_gone',
    text: `DELETE FROM devices d USING unnest($1::uuid[], $2::text[]) AS gone(id, token)
           WHERE d.id = gone.id AND d.token = gone.token`,
    values: [devices.map(({ id }) => id), devices.map(({ token }) => token)],
  });
}
