import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Client } from 'pg';
import { packagePath } from '../lib/package-path.ts';
import { connectOnce } from './connect.ts';

/** Any number, the same in every node: "parley" on a telephone's keys. */
const LOCK = 727539;

/**
 * Brings the schema up to date. Nodes that start together take turns under an advisory lock (PostgreSQL manual,
 * "Advisory Locks"): the first migrates, the others find nothing to do. All of it is one transaction, which a pooler such as
 * PgBouncer keeps on one session.
 *
 * @throws what {@link connectOnce} does, what pg throws when a migration fails; an error when a COMMIT here
 *   is no promise
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = await connectOnce(url, 'parley migrate');
  try {
    await client.query('BEGIN');
    // A migration may take its time, and so may another node's.
    await client.query('SET LOCAL statement_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await migrate(client);
    await client.query('COMMIT');
    const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
    if (rows[0]?.synchronous_commit === 'off')
      throw new Error(
        'synchronous_commit is off, so acknowledged messages could be lost: set it to on',
      );
  } finally {
    // What is not committed is rolled back.
    await client.end();
  }
}

/** As drizzle-orm's own migrator does it, in its table, but in the caller's transaction: that one begins its own. */
async function migrate(client: Client): Promise<void> {
  await client.query(TABLE);
  const { rows } = await client.query<{ last: string | null }>(
    'SELECT max(created_at) AS last FROM drizzle.__drizzle_migrations',
  );
  const last = Number(rows[0]?.last ?? 0);
  for (const migration of readMigrationFiles({ migrationsFolder: packagePath('drizzle') })) {
    if (migration.folderMillis <= last) continue;
    for (const statement of migration.sql) await client.query(statement);
    await client.query(
      'INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)',
      [migration.hash, migration.folderMillis],
    );
  }
}

const TABLE = `
CREATE SCHEMA IF NOT EXISTS drizzle;
CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (
  id serial PRIMARY KEY, hash text NOT NULL, created_at bigint
)`;
