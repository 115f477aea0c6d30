import type { Pool } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import type { Queue, Retry } from '../jobs/queue.ts';
import { BADGE, PARTY, type Party, UNREAD, UNREAD_COUNT } from './claim.ts';
import { type Delivery, EXPIRES_MS, type Telling } from './deliver.ts';
import type { PushDevice } from './provider.ts';
import { removeGone } from './gone.ts';
import { quietUntil } from './quiet-hours.ts';
import { readRecipients } from './recipients.ts';
import { retryDelayMs } from './retry-delay.ts';

/** A device that could not be told. */
export interface PushAgain extends Party {
  readonly deviceId: string;
  /** Of the push. */
  readonly seq: number;
}

export interface PushAgainParts {
  readonly pool: Pool;
  readonly delivery: Delivery;
}

/** Tells a device again, unless it was read meanwhile, or the party has been told of something newer. */
export const pushAgainQueue = ({ pool, delivery }: PushAgainParts): Queue<PushAgain> => ({
  name: 'push_again',
  batchSize: 100,
  concurrency: 2,
  async run(jobs) {
    const userIds = jobs.map(({ item }) => item.userId);
    const recipients = await readRecipients(pool, userIds, delivery.platforms);
    const tellings = await readTellings(
      pool,
      jobs.map(({ item }) => item),
    );
    const retries: Retry<PushAgain>[] = [];
    const gone: PushDevice[] = [];
    await Promise.all(
      jobs.map(async (job, i) => {
        const { deviceId, userId } = job.item;
        const recipient = recipients.get(userId);
        const device = recipient?.devices.find(({ id }) => id === deviceId);
        const telling = tellings.get(i);
        if (recipient === undefined || device === undefined || telling === undefined) return;
        const now = Date.now();
        const expiresAt = job.since + EXPIRES_MS;
        const again = (afterMs: number, isUntried: boolean): void => {
          if (now + afterMs < expiresAt) retries.push({ job, afterMs, isUntried });
          else delivery.expired(device);
        };
        const until = recipient.quietHours && quietUntil(recipient.quietHours, now);
        if (until !== undefined) {
          again(until - now, true);
          return;
        }
        const { locale } = recipient;
        const result = await delivery.deliver(device, { ...telling, locale }, expiresAt);
        if (result.kind === 'gone') gone.push(device);
        if (result.kind !== 'retry') return;
        const { afterMs, isUntried = false } = result;
        // A service that was away is asked again when it is, however often that was before.
        again(retryDelayMs(isUntried ? 0 : job.attempt + 1, afterMs), isUntried);
      }),
    );
    return { retries, record: (tx) => removeGone(tx, gone) };
  },
});

type Row = Omit<Telling, 'locale'> & { readonly n: number };

/** What there is still to tell of, by the index of the item. */
async function readTellings(
  pool: Pool,
  items: readonly PushAgain[],
): Promise<ReadonlyMap<number, Omit<Telling, 'locale'>>> {
  const { rows } = await pool.query<Row>({
    name: 'push_again',
    text: TELLINGS,
    values: [
      uuidArray(items.map(({ conversationId }) => conversationId)),
      uuidArray(items.map(({ userId }) => userId)),
      items.map(({ seq }) => seq),
    ],
  });
  return new Map(rows.map((row) => [row.n - 1, row]));
}

/** What is being pushed counts as pushed: whoever dies over it, it is done again. */
const TELLINGS = `
WITH item AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) WITH ORDINALITY AS i(conversation_id, user_id, seq, n)
), badges AS MATERIALIZED (
  SELECT u.user_id, ${BADGE} AS badge FROM (SELECT DISTINCT user_id FROM item) u
)
SELECT i.n::integer AS n, i.conversation_id AS "conversationId", i.user_id AS "userId", m.id AS "messageId", i.seq,
  m.content, m.attachments, s.name AS "senderName", ${UNREAD_COUNT} AS "unreadCount", b.badge::integer AS badge,
  extract(epoch FROM now() - m.created_at)::float8 AS "ageSeconds"
FROM item i
JOIN badges b USING (user_id)
${PARTY}
CROSS JOIN LATERAL (
  SELECT * FROM messages m WHERE ${UNREAD} AND m.seq <= i.seq ORDER BY m.seq DESC LIMIT 1
) m
LEFT JOIN LATERAL (SELECT name FROM users WHERE id = m.sender_id LIMIT 1) s ON true
WHERE coalesce(n.muted_until <= now(), true)
  AND greatest(coalesce(n.pushed_seq, 0), coalesce(n.pushing_seq, 0)) <= i.seq`;
