import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import type { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { run } from '../src/lib/run.ts';
import { type findRedis, ownRedis } from '../test/support/redis.ts';
import { query } from '../test/support/query.ts';
import { childrenOf, readProcess } from './measure/proc.ts';

/** The PostgreSQL and the Redis under everything that is measured. */
export interface Services {
  /** Of the server; `databaseUrl` has those of its databases. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** PostgreSQL's first process, whose children serve the connections. */
  readonly postgresPid: number;
  /** None when Redis runs in a container. */
  readonly redisPids: readonly number[];
}

/** As a small production server would have it. fsync is on. */
const SETTINGS = [
  'shared_buffers=512MB',
  'max_connections=200',
  'max_wal_size=4GB',
  'min_wal_size=2GB',
];

/** @param startRedis one of our own unless told otherwise */
export async function startServices(
  disposer: Disposer,
  startRedis: typeof findRedis = ownRedis,
): Promise<Services> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-bench-'));
  disposer.defer(() => rm(stateDir, { recursive: true, force: true }));
  // PostgreSQL's account must be able to enter.
  await run('chmod', ['755', stateDir]);
  const redis = await startRedis();
  disposer.defer(() => redis.stop());
  const postgresUrl = await startEmbeddedPostgres(stateDir, createLogger('warn'), disposer, {
    settings: SETTINGS,
  });
  return {
    postgresUrl,
    redisUrl: redis.url,
    postgresPid: await findPostgres(postgresUrl),
    redisPids: childrenOf(process.pid).filter((pid) => readProcess(pid)?.name === 'redis-server'),
  };
}

/** A server that has run for a while writes into its old files: a new one must be filled first, and all wait for that, for 100 ms and more. */
export async function fillWal({ postgresUrl }: Services): Promise<void> {
  await query(postgresUrl, FILL_WAL);
  await query(postgresUrl, 'CHECKPOINT');
}

/** Files of 16 MB. */
const FILL_WAL = `
DO $$ BEGIN
  FOR file IN 1..60 LOOP
    PERFORM pg_logical_emit_message(false, 'parley', 'fills');
    PERFORM pg_switch_wal();
  END LOOP;
END $$`;

/** PostgreSQL's first process: the parent of the one that serves a connection. */
export async function findPostgres(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return readProcess(rows[0]?.pid ?? 0)?.parent ?? 0;
  } finally {
    await client.end();
  }
}

/** An empty database of this name, with Parley's tables. @returns its URL */
export async function createParleyDatabase(services: Services, name: string): Promise<string> {
  const url = await createDatabase(services, name);
  await migrateDatabase(url);
  return url;
}

export async function createDatabase({ postgresUrl }: Services, name: string): Promise<string> {
  await query(postgresUrl, `CREATE DATABASE "${name}"`);
  return new URL(`/${name}`, postgresUrl).href;
}
