import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { packagePath } from '../lib/package-path.ts';

/** Any number, the same in every node: "parley" on a telephone's keys. */
const LOCK = 727539;

/**
 * Brings the schema up to date. Nodes that start together take turns under an advisory lock (PostgreSQL manual,
 * "Advisory Locks"): the first migrates, the others find nothing to do.
 *
 * @throws what pg throws, when the database can't be reached within 5 s or a migration fails; an error when a COMMIT here
 *   is no promise
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'parley migrate',
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: packagePath('drizzle') });
    const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
    if (rows[0]?.synchronous_commit === 'off')
      throw new Error(
        'synchronous_commit is off, so acknowledged messages could be lost: set it to on',
      );
  } finally {
    // Ending the session frees the lock.
    await client.end();
  }
}
