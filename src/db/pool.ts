import { type NodePgDatabase, drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import * as schema from './schema.ts';

export interface Database {
  /** For statements written by hand: the hot ones. */
  readonly pool: Pool;
  /** For everything else. */
  readonly orm: NodePgDatabase<typeof schema>;
}

/** The longest a statement may run, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 5_000;

export function openDatabase(url: string, logger: Logger, disposer: Disposer): Database {
  const pool = new Pool({
    connectionString: url,
    application_name: 'parley',
    max: 10,
    connectionTimeoutMillis: 5_000,
    // The server's limit ends the statement; the client's, a little later, notices a server that no longer answers.
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    keepAlive: true,
  });
  // An idle connection broke. The pool has dropped it already; without a listener the process would end.
  pool.on('error', (err) => {
    if (!pool.ending) logger.warn({ err }, 'a PostgreSQL connection was lost');
  });
  disposer.defer(() => pool.end());
  return { pool, orm: drizzle(pool, { schema }) };
}
