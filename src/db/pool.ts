import { type NodePgDatabase, drizzle } from 'drizzle-orm/node-postgres';
import { type Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { within } from '../lib/within.ts';
import { CONNECT_TIMEOUT_MS } from './connect.ts';
import { type Pooler, UnnamedClient, findPooler } from './pooler.ts';
import * as schema from './schema.ts';
import { STATEMENT_TIMEOUT_MS, withSettings } from './settings.ts';

export interface Database {
  /** The writer's own connections: however much is read, a message does not wait for it. */
  readonly writePool: Pool;
  /** For statements written by hand. */
  readonly pool: Pool;
  /** For everything else. */
  readonly orm: NodePgDatabase<typeof schema>;
  /** A pool for one purpose, of so many connections, until the database is disposed of. */
  readonly open: (max: number) => Pool;
}

/** Batches of the writer that run side by side, each on a connection of its own. */
export const WRITE_CONNECTIONS = 8;
export const READ_CONNECTIONS = 8;
/** After the server's own limit: then it, or the network, no longer answers. In milliseconds. */
const SILENCE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
const SILENCE_CHECK_MS = 500;

/** @throws what {@link findPooler} does */
export async function openDatabase(
  url: string,
  logger: Logger,
  disposer: Disposer,
): Promise<Database> {
  const pooler = await within(CONNECT_TIMEOUT_MS, findPooler(url));
  if (pooler !== undefined) logger.info(pooler, 'there is a pooler before PostgreSQL');
  const open = (max: number): Pool =>
    openPool({ url, max, pooler, verify: refuseReplica }, logger, disposer);
  const pool = open(READ_CONNECTIONS);
  return { writePool: open(WRITE_CONNECTIONS), pool, orm: drizzle(pool, { schema }), open };
}

export interface PoolOptions {
  readonly url: string;
  /** Connections. */
  readonly max: number;
  readonly pooler?: Pooler | undefined;
  /** Says of each new connection whether it may be used. */
  readonly verify?: PoolConfig['verify'];
}

export function openPool(
  { url, max, pooler, verify }: PoolOptions,
  logger: Logger,
  disposer: Disposer,
): Pool {
  const pool = new Pool({
    connectionString: pooler === undefined ? withSettings(url) : url,
    Client: pooler === undefined || pooler.keepsStatements ? undefined : UnnamedClient,
    application_name: 'parley',
    max,
    // A connection costs a fork and a log-in: whoever needs one again must not wait for that.
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    verify,
  });
  // An idle connection broke. The pool has dropped it already; without a listener the process would end.
  pool.on('error', (err) => {
    if (!pool.ending) logger.warn({ err }, 'a PostgreSQL connection was lost');
  });
  // One that breaks in somebody's hands fails the statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Released last: the pool's end waits for those that are in use, and they for the watch.
  endSilentConnections(pool, logger, disposer);
  disposer.defer(() => pool.end());
  return pool;
}

/**
 * During a failover a name may still lead to the old primary, which comes back as a replica. Connections are kept for good, so
 * none must begin there: it would refuse every write until the node ends.
 */
function refuseReplica(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ isReplica: boolean }>(
    'SELECT pg_is_in_recovery() AS "isReplica"',
    // What pg calls `Error` is null when there is none.
    (error: Error | null, result) =>
      done(
        error ??
          (result.rows[0]?.isReplica ? new Error('DATABASE_URL leads to a replica') : undefined),
      ),
  );
}

/**
 * Ends connections whose statement has been without an answer for too long; it fails. Each is taken for one statement. pg's
 * `query_timeout` would do it too, but keeps what has been answered from being freed while it is young, which doubles the
 * p99 of pages (docs/performance.md).
 */
function endSilentConnections(pool: Pool, logger: Logger, disposer: Disposer): void {
  /** When each that is in use was taken, by {@link performance.now}. */
  const takenAt = new Map<PoolClient, number>();
  pool.on('acquire', (client) => void takenAt.set(client, performance.now()));
  pool.on('release', (_, client) => void takenAt.delete(client));
  const timer = setInterval(() => {
    const limit = performance.now() - SILENCE_TIMEOUT_MS;
    for (const [client, at] of takenAt) {
      if (at >= limit) continue;
      logger.warn({ ms: SILENCE_TIMEOUT_MS }, 'PostgreSQL did not answer: a connection is ended');
      takenAt.delete(client);
      // A pool's clients are whole ones, whatever their type says.
      void (client as PoolClient & Client).end();
    }
  }, SILENCE_CHECK_MS);
  disposer.defer(() => clearInterval(timer));
}
