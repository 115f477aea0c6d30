import type { Database } from '../db/pool.ts';
import { SLICE, type SweepStep } from './sweep-step.ts';

/** Removes what deleted messages said, their earlier versions too. Of messages that are there all versions stay. */
export function createSweepVersions({ pool }: Database, keptMs: number): SweepStep {
  return async () => {
    const { rows } = await pool.query<{ messages: number }>({
      name: 'sweep_versions',
      text: SWEEP_VERSIONS,
      values: [keptMs, SLICE],
    });
    return rows[0]?.messages === SLICE;
  };
}

const SWEEP_VERSIONS = `
WITH old AS MATERIALIZED (
  SELECT conversation_id, message_id FROM message_versions
  WHERE reason = 'delete' AND replaced_at < clock_timestamp() - $1::float8 * interval '1 ms'
  ORDER BY replaced_at LIMIT $2 FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM message_versions v USING old
  WHERE v.conversation_id = old.conversation_id AND v.message_id = old.message_id
)
SELECT count(*)::integer AS messages FROM old`;
