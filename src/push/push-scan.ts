import type { Scan } from '../jobs/scan.ts';
import type { Party } from './claim.ts';
import { pushJobs } from './push-job.ts';

/** Finds those who have not read something yet, and have a device. */
export const pushScan = (delayMs: number): Scan => ({
  name: 'push',
  delayMs,
  queue: 'push',
  async find(tx, from, until) {
    const { rows } = await tx.query<Party>({
      name: 'push_scan',
      text: UNREAD_LATELY,
      values: [from, until],
    });
    return pushJobs(rows);
  },
});

/**
 * Laterals with a LIMIT are look-ups by their key, whatever a plan that is kept thinks of the tables' sizes; and what is to come in the order of its
 * time is looked for by that.
 */
const UNREAD_LATELY = `
WITH m AS MATERIALIZED (
  SELECT DISTINCT conversation_id, sender_id FROM (
    SELECT * FROM messages WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at OFFSET 0
  ) m
  WHERE read_at IS NULL AND deleted_at IS NULL
)
SELECT m.conversation_id AS "conversationId", c.user_id AS "userId"
FROM m
CROSS JOIN LATERAL (
  SELECT CASE WHEN m.sender_id = buyer_id THEN seller_id ELSE buyer_id END AS user_id
  FROM conversations WHERE id = m.conversation_id LIMIT 1
) c
CROSS JOIN LATERAL (SELECT FROM devices WHERE user_id = c.user_id LIMIT 1) d`;
