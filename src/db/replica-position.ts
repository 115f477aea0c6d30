import type { ClientBase, Pool } from 'pg';

/** A place in PostgreSQL's log, in bytes from its beginning: what is before it is there. */
export type Lsn = number;

/** What has been committed on the primary. */
export interface Position {
  readonly lsn: Lsn;
  /** Which history the log is of: each promotion begins a new one. */
  readonly timeline: number;
}

/** Who a server is. */
export interface Standing {
  readonly isReplica: boolean;
  /** The same for all copies of one cluster. */
  readonly cluster: string;
  readonly database: string;
  readonly timeline: number;
  /** Seconds since the last transaction it has replayed was committed; `null` before the first. */
  readonly age: number | null;
}

/**
 * Flushed, not inserted: a commit is answered, and seen by others, once its record is on disk, and only what is there is sent
 * to replicas (PostgreSQL manual, "System Administration Functions").
 */
export async function readPosition(pool: Pool): Promise<Position> {
  const { rows } = await pool.query<Position>({ name: 'position', text: POSITION });
  if (rows[0] === undefined) throw new Error('the primary told no position');
  return rows[0];
}

/** How far the replica has come that this connection leads to; 0 when it is none any more. */
export async function readReplayed(client: ClientBase): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: Lsn }>({ name: 'replayed', text: REPLAYED });
  return rows[0]?.lsn ?? 0;
}

export async function readStanding(pool: Pool): Promise<Standing> {
  const { rows } = await pool.query<Standing>({ name: 'standing', text: STANDING });
  if (rows[0] === undefined) throw new Error('the server did not say who it is');
  return rows[0];
}

const bytes = (lsn: string): string => `pg_wal_lsn_diff(${lsn}, '0/0')::float8`;

/** A log file's name begins with its timeline. */
const POSITION = `
SELECT ${bytes('lsn')} AS lsn, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::integer AS timeline
FROM pg_current_wal_flush_lsn() AS lsn`;

const REPLAYED = `
SELECT CASE WHEN pg_is_in_recovery() THEN ${bytes('pg_last_wal_replay_lsn()')} ELSE 0 END AS lsn`;

/** `min_recovery_end_timeline` is 0 on a primary; on a replica that follows a new one it is ahead of the last checkpoint's. */
const STANDING = `
SELECT pg_is_in_recovery() AS "isReplica", system_identifier::text AS cluster, current_database() AS database,
  greatest(timeline_id, min_recovery_end_timeline) AS timeline,
  extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 AS age
FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()`;
