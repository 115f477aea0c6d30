import type { Pool } from 'pg';
import type { StoredAttachment } from '../db/schema.ts';

/** One e-mail: the messages of the other party after `sinceSeq`, up to `seq`, that are still unread. */
export interface EmailJob {
  readonly conversationId: string;
  readonly userId: string;
  /** What an earlier e-mail told of; 0 before the first. */
  readonly sinceSeq: number;
  readonly seq: number;
}

/** What there is to tell, now. */
export interface Digest {
  readonly address: string;
  readonly locale: string | null;
  /** IANA. */
  readonly timeZone: string | null;
  /** Of the other party. */
  readonly name: string | null;
  readonly listingId: number;
  /** All there are; `messages` has the newest of them, the oldest first. */
  readonly count: number;
  readonly messages: readonly DigestMessage[];
}

export interface DigestMessage {
  readonly content: string;
  readonly createdAt: Date;
  readonly attachments: readonly StoredAttachment[] | null;
}

const MAX_SHOWN = 10;

type Row = Omit<Digest, 'messages'> & DigestMessage;

/** @returns `undefined` when there is nothing to tell, or the user does not want to be told, or can't be */
export async function readDigest(
  pool: Pool,
  { conversationId, userId, sinceSeq, seq }: EmailJob,
): Promise<Digest | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'digest',
    text: DIGEST,
    values: [conversationId, userId, sinceSeq, seq, MAX_SHOWN],
  });
  const [newest] = rows;
  return newest && { ...newest, messages: rows.toReversed() };
}

const DIGEST = `
SELECT u.email AS address, u.locale, u.time_zone AS "timeZone", o.name, c.listing_id AS "listingId",
  m.content, m.created_at AS "createdAt", m.attachments, m.count
FROM conversations c
JOIN users u ON u.id = $2
LEFT JOIN LATERAL (
  SELECT name FROM users WHERE id = CASE WHEN c.buyer_id = $2 THEN c.seller_id ELSE c.buyer_id END LIMIT 1
) o ON true
LEFT JOIN notices n ON n.conversation_id = c.id AND n.user_id = $2
CROSS JOIN LATERAL (
  SELECT content, created_at, attachments, (count(*) OVER ())::integer AS count, seq
  FROM messages
  WHERE conversation_id = c.id AND sender_id <> $2 AND deleted_at IS NULL AND seq <= $4
    AND seq > greatest($3, CASE WHEN c.buyer_id = $2 THEN c.buyer_read_seq ELSE c.seller_read_seq END)
  ORDER BY seq DESC LIMIT $5
) m
WHERE c.id = $1 AND $2 IN (c.buyer_id, c.seller_id) AND u.email IS NOT NULL AND u.email_off_at IS NULL
  AND (n.muted_until IS NULL OR n.muted_until <= now())
ORDER BY m.seq DESC`;
