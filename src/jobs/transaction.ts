import type { Pool, PoolClient } from 'pg';

/** Runs in one transaction: commits when `work` resolves, else rolls back and rejects with what it rejected with. */
export async function transaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    isBroken = false;
    return result;
  } catch (error) {
    isBroken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    // One whose state is not known is closed.
    client.release(isBroken);
  }
}
