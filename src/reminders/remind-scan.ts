import type { Scan } from '../jobs/scan.ts';

/** Somebody may have left a message unread for too long. */
export interface RemindJob {
  readonly conversationId: string;
  readonly userId: string;
}

export interface RemindScanParts {
  /** How long a message may stay unread, in milliseconds. */
  readonly remindAfterMs: number;
  /** Whether there is a webhook; else only those are looked at who have an address and want e-mail. */
  readonly hasWebhook: boolean;
}

/**
 * Finds who has left messages unread. A reminder is of all that is unread then, so what comes after it was sent later, and is looked at
 * `remindAfterMs` later at the earliest: however much somebody writes, there is one reminder in that time.
 */
export const remindScan = ({ remindAfterMs, hasWebhook }: RemindScanParts): Scan => ({
  name: 'remind',
  delayMs: remindAfterMs,
  queue: 'remind',
  async find(tx, from, until) {
    const { rows } = await tx.query<RemindJob>({
      name: 'remind_since',
      text: UNREAD,
      values: [from, until, hasWebhook],
    });
    return rows;
  },
});

/** As that of `push/push-scan.ts`. */
const UNREAD = `
WITH m AS MATERIALIZED (
  SELECT conversation_id, sender_id, max(seq) AS seq FROM (
    SELECT * FROM messages WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at OFFSET 0
  ) m
  WHERE read_at IS NULL AND deleted_at IS NULL
  GROUP BY conversation_id, sender_id
)
SELECT m.conversation_id AS "conversationId", r.user_id AS "userId"
FROM m
CROSS JOIN LATERAL (
  SELECT CASE WHEN m.sender_id = buyer_id THEN seller_id ELSE buyer_id END AS user_id
  FROM conversations WHERE id = m.conversation_id LIMIT 1
) r
LEFT JOIN LATERAL (
  SELECT reminded_seq FROM notices
  WHERE conversation_id = m.conversation_id AND user_id = r.user_id LIMIT 1
) n ON true
LEFT JOIN LATERAL (
  SELECT email IS NOT NULL AND email_off_at IS NULL AS is_wanted FROM users WHERE id = r.user_id LIMIT 1
) u ON true
WHERE m.seq > coalesce(n.reminded_seq, 0) AND ($3 OR u.is_wanted)`;
