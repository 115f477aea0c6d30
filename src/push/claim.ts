import type { Pool, PoolClient } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import type { StoredAttachment } from '../db/schema.ts';

/** One party of a conversation. */
export interface Party {
  readonly conversationId: string;
  readonly userId: string;
}

/** Longer than sending takes, and over when the job comes to somebody else (`jobs/jobs.ts`). In seconds. */
const CLAIM_S = 45;

/** What a party is to be told, which nobody else tells meanwhile. */
export interface Claim extends Party {
  /** Says whose claim it is: the time when it ends. */
  readonly claimedUntil: string;
  readonly messageId: string;
  readonly seq: number;
  readonly content: string;
  readonly attachments: readonly StoredAttachment[] | null;
  readonly senderName: string | null;
  readonly unreadCount: number;
  /** Unread messages of all the user's conversations that are not muted. */
  readonly badge: number;
  /** How old the oldest message is that it tells of first, in seconds. */
  readonly ageSeconds: number;
}

export interface Claims {
  readonly claims: readonly Claim[];
  /** Somebody else is telling them something: more is to be told when that is done. */
  readonly busy: readonly Party[];
}

/**
 * Decides what to tell, in one statement for all: what is unread, not deleted, not muted, old enough, and was not told before. A claim is committed
 * before anything is sent, so that two workers do not tell the same.
 *
 * Of a party that was told something just now there is nothing to tell until the next message is old enough: all that came meanwhile is told
 * together then.
 *
 * @param parties each at most once
 */
export async function claimPushes(
  pool: Pool,
  parties: readonly Party[],
  delayMs: number,
): Promise<Claims> {
  const { rows } = await pool.query<Claim & { readonly claimedUntil: string | null }>({
    name: 'push_claim',
    text: CLAIM,
    values: [
      uuidArray(parties.map(({ conversationId }) => conversationId)),
      uuidArray(parties.map(({ userId }) => userId)),
      delayMs,
      CLAIM_S,
    ],
  });
  return {
    claims: rows.filter(({ claimedUntil }) => claimedUntil !== null),
    busy: rows
      .filter(({ claimedUntil }) => claimedUntil === null)
      // Nothing of what was written: it goes into a job.
      .map(({ conversationId, userId }) => ({ conversationId, userId })),
  };
}

/** Writes that they were told. A claim that is somebody else's by now, because this took too long, stays. */
export async function recordPushed(tx: PoolClient, claims: readonly Claim[]): Promise<void> {
  await tx.query({
    name: 'push_record',
    text: RECORD,
    values: [
      uuidArray(claims.map(({ conversationId }) => conversationId)),
      uuidArray(claims.map(({ userId }) => userId)),
      claims.map(({ seq }) => seq),
      claims.map(({ claimedUntil }) => claimedUntil),
    ],
  });
}

/**
 * Of a party `i`: its conversation `c`, and what it was told, `n`. Laterals with a LIMIT are look-ups by their key, whatever a plan that is kept
 * thinks of the tables' sizes.
 */
export const PARTY = `
  CROSS JOIN LATERAL (
    SELECT * FROM conversations WHERE id = i.conversation_id AND i.user_id IN (buyer_id, seller_id) LIMIT 1
  ) c
  LEFT JOIN LATERAL (
    SELECT * FROM notices n WHERE n.conversation_id = i.conversation_id AND n.user_id = i.user_id LIMIT 1
  ) n ON true`;

/** Messages of the other party that are unread, by `i` (a party) and `c` (its conversation). */
export const UNREAD = `
  m.conversation_id = c.id AND m.sender_id <> i.user_id AND m.read_at IS NULL AND m.deleted_at IS NULL
    AND m.seq > CASE WHEN i.user_id = c.buyer_id THEN c.buyer_read_seq ELSE c.seller_read_seq END`;

/** How many they are. */
export const UNREAD_COUNT = `
  CASE WHEN i.user_id = c.buyer_id THEN c.seller_sent - c.buyer_read ELSE c.buyer_sent - c.seller_read END`;

/** Whether the user `u.user_id` wants to hear of the conversation `c`: one look into an index, not a join that the planner might turn round. */
const HEARD = `
  (SELECT n.muted_until > now() FROM notices n WHERE n.conversation_id = c.id AND n.user_id = u.user_id LIMIT 1) IS NOT TRUE`;

/** Of the user `u.user_id`, as the inbox counts: what is muted is left out. No conversation has a user on both sides. */
export const BADGE = `
  (SELECT coalesce(sum(seller_sent - buyer_read), 0) FROM conversations c
    WHERE buyer_id = u.user_id AND seller_sent > buyer_read AND ${HEARD})
  + (SELECT coalesce(sum(buyer_sent - seller_read), 0) FROM conversations c
    WHERE seller_id = u.user_id AND buyer_sent > seller_read AND ${HEARD})`;

/**
 * What another worker has done since the statement began shows when the row is written. `FULL` joins find the same here as others, and are never
 * planned as loops in loops.
 */
const CLAIM = `
WITH due AS MATERIALIZED (
  SELECT i.*, m.id AS message_id, m.seq, m.sender_id, m.content, m.attachments,
    ${UNREAD_COUNT} AS unread, extract(epoch FROM now() - first.created_at)::float8 AS age
  FROM unnest($1::uuid[], $2::uuid[]) AS i(conversation_id, user_id)
  ${PARTY}
  CROSS JOIN LATERAL (
    SELECT * FROM messages m WHERE ${UNREAD} AND m.seq > coalesce(n.pushed_seq, 0) ORDER BY m.seq DESC LIMIT 1
  ) m
  CROSS JOIN LATERAL (
    SELECT m.created_at FROM messages m WHERE ${UNREAD} AND m.seq > coalesce(n.pushed_seq, 0) ORDER BY m.seq LIMIT 1
  ) first
  WHERE coalesce(n.muted_until <= now(), true) AND first.created_at <= now() - $3 * interval '1 millisecond'
), claimed AS (
  INSERT INTO notices AS n (conversation_id, user_id, pushing_seq, pushing_until)
  SELECT conversation_id, user_id, seq, now() + $4 * interval '1 second' FROM due ORDER BY conversation_id, user_id
  ON CONFLICT (conversation_id, user_id) DO UPDATE
  SET pushing_seq = excluded.pushing_seq, pushing_until = excluded.pushing_until
  WHERE n.pushed_seq < excluded.pushing_seq AND coalesce(n.pushing_until <= now(), true)
    AND coalesce(n.muted_until <= now(), true)
  RETURNING conversation_id, user_id, pushing_until
), badges AS (
  SELECT u.user_id, ${BADGE} AS badge FROM (SELECT DISTINCT user_id FROM claimed) u
)
SELECT conversation_id AS "conversationId", user_id AS "userId", k.pushing_until::text AS "claimedUntil",
  d.message_id AS "messageId", d.seq, d.content, d.attachments, s.name AS "senderName",
  d.unread AS "unreadCount", b.badge::integer AS badge, d.age AS "ageSeconds"
FROM due d
FULL JOIN claimed k USING (conversation_id, user_id)
FULL JOIN badges b USING (user_id)
LEFT JOIN LATERAL (SELECT name FROM users WHERE id = d.sender_id LIMIT 1) s ON true`;

/**
 * Locked in the order in which they are claimed. `ON CONFLICT` can only be planned as look-ups; there is a row of each, unless the conversation was
 * removed meanwhile.
 */
const RECORD = `
INSERT INTO notices AS n (conversation_id, user_id, pushed_seq, pushing_until)
SELECT conversation_id, user_id, seq, claimed_until
FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[]) AS t(conversation_id, user_id, seq, claimed_until)
CROSS JOIN LATERAL (
  SELECT FROM notices WHERE conversation_id = t.conversation_id AND user_id = t.user_id LIMIT 1
) known
ORDER BY conversation_id, user_id
ON CONFLICT (conversation_id, user_id) DO UPDATE
SET pushed_seq = greatest(n.pushed_seq, excluded.pushed_seq),
  pushing_seq = CASE WHEN n.pushing_until = excluded.pushing_until THEN NULL ELSE n.pushing_seq END,
  pushing_until = CASE WHEN n.pushing_until = excluded.pushing_until THEN NULL ELSE n.pushing_until END`;
