import type { PoolClient } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Queue } from '../jobs/queue.ts';
import type { WebhookJob } from '../webhooks/webhook-job.ts';
import type { RemindJob } from './remind-scan.ts';

export interface RemindQueueParts {
  readonly hasEmail: boolean;
  readonly hasWebhook: boolean;
  readonly jobs: Pick<Jobs, 'add'>;
}

const BATCH_SIZE = 200;
const CONCURRENCY = 2;

/**
 * Decides once for each pair and message: what is told of is remembered in the transaction that adds what tells of it. So there is nothing
 * to claim: who comes second waits for the row, and finds that it is done.
 */
export const remindQueue = ({
  hasEmail,
  hasWebhook,
  jobs,
}: RemindQueueParts): Queue<RemindJob> => ({
  name: 'remind',
  batchSize: BATCH_SIZE,
  concurrency: CONCURRENCY,
  run: (batch) => {
    const pairs = batch.map(({ item }) => item);
    const record = async (tx: PoolClient): Promise<void> => {
      const reminded = await remind(tx, pairs, hasEmail, hasWebhook);
      if (hasWebhook) await jobs.add(tx, 'webhook', reminded.map(toWebhook));
      const mailed = reminded.filter(({ isMailed }) => isMailed);
      await jobs.add(tx, 'email', mailed.map(toEmail));
    };
    return Promise.resolve({ retries: [], record });
  },
});

/** Somebody who is reminded now. */
interface Reminded extends RemindJob {
  /** The newest unread message, and the newest at the reminder before: 0 when there was none. */
  readonly seq: number;
  readonly sinceSeq: number;
  readonly at: Date;
  readonly isMailed: boolean;
}

const toWebhook = ({ conversationId, userId, seq, at }: Reminded): WebhookJob => ({
  type: 'message.unread',
  conversationId,
  userId,
  seq,
  at: at.toISOString(),
});

const toEmail = ({ conversationId, userId, seq, sinceSeq }: Reminded) => ({
  conversationId,
  userId,
  seq,
  sinceSeq,
});

async function remind(
  tx: PoolClient,
  pairs: readonly RemindJob[],
  hasEmail: boolean,
  hasWebhook: boolean,
): Promise<Reminded[]> {
  const values = [
    uuidArray(pairs.map(({ conversationId }) => conversationId)),
    uuidArray(pairs.map(({ userId }) => userId)),
  ];
  await tx.query({ name: 'remind_rows', text: ROWS, values });
  const { rows } = await tx.query<Reminded>({
    name: 'remind',
    text: REMIND,
    values: [...values, hasEmail, hasWebhook],
  });
  return rows;
}

/** There must be a row to wait for. Those who have read everything need none. */
const ROWS = `
INSERT INTO notices (conversation_id, user_id)
SELECT DISTINCT i.conversation_id, i.user_id
FROM unnest($1::uuid[], $2::uuid[]) AS i(conversation_id, user_id)
CROSS JOIN LATERAL (SELECT * FROM conversations WHERE id = i.conversation_id LIMIT 1) c
WHERE CASE WHEN i.user_id = c.buyer_id THEN c.seller_sent > c.buyer_read ELSE c.buyer_sent > c.seller_read END
ORDER BY 1, 2
ON CONFLICT DO NOTHING`;

/**
 * `locked` sees the newest version of the rows, even when it had to wait for them (PostgreSQL manual, "Read Committed Isolation Level"), and
 * takes them in order, so that two of these can't deadlock. Laterals with a LIMIT are look-ups by their key, and so is `ON CONFLICT`: there is
 * a row of each.
 */
const REMIND = `
WITH asked AS MATERIALIZED (
  SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS i(conversation_id, user_id) ORDER BY 1, 2
), locked AS MATERIALIZED (
  SELECT n.* FROM asked a
  CROSS JOIN LATERAL (
    SELECT conversation_id, user_id, reminded_seq, muted_until FROM notices
    WHERE conversation_id = a.conversation_id AND user_id = a.user_id FOR NO KEY UPDATE
  ) n
), unread AS (
  SELECT n.conversation_id, n.user_id, n.reminded_seq AS since_seq, m.seq,
    $3 AND coalesce(n.muted_until <= now(), true) AND coalesce(u.is_wanted, false) AS is_mailed
  FROM locked n
  CROSS JOIN LATERAL (
    SELECT CASE WHEN n.user_id = buyer_id THEN buyer_read_seq ELSE seller_read_seq END AS read_seq
    FROM conversations WHERE id = n.conversation_id LIMIT 1
  ) c
  CROSS JOIN LATERAL (
    SELECT seq FROM messages
    WHERE conversation_id = n.conversation_id AND seq > c.read_seq AND sender_id <> n.user_id
      AND deleted_at IS NULL
    ORDER BY seq DESC LIMIT 1
  ) m
  LEFT JOIN LATERAL (
    SELECT email IS NOT NULL AND email_off_at IS NULL AS is_wanted FROM users WHERE id = n.user_id LIMIT 1
  ) u ON true
  WHERE m.seq > n.reminded_seq
), reminded AS (
  SELECT * FROM unread WHERE is_mailed OR $4
), remembered AS (
  INSERT INTO notices (conversation_id, user_id, reminded_seq)
  SELECT conversation_id, user_id, seq FROM reminded
  ON CONFLICT (conversation_id, user_id) DO UPDATE SET reminded_seq = excluded.reminded_seq
)
SELECT conversation_id AS "conversationId", user_id AS "userId", seq, since_seq AS "sinceSeq", now() AS at,
  is_mailed AS "isMailed"
FROM reminded`;
