import { query } from '../../support/query.ts';
import type { Pair } from './stage.ts';

/** What each of the messages says: some are long, and the heights differ. */
export const textOf = (n: number): string =>
  `#${n} ${'Is the bicycle still there? '.repeat(n % 7 === 0 ? 12 : n % 3)}`.trim();

const sent = (party: string): string =>
  `(SELECT count(*) FROM messages WHERE conversation_id = $1 AND sender_id = ${party})`;

/**
 * Writes so many messages into an empty conversation, by the buyer and the seller in turns, a minute after one another, as if all of
 * them had been sent, and read, long ago. No node may have the conversation open.
 */
export async function writeLongThread(
  databaseUrl: string,
  { buyer, seller, conversationId }: Pair,
  count: number,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const start = Date.now() - (count + 60) * 60_000;
  const times = numbers.map((n) => start + n * 60_000);
  // UUIDv7: in order of time.
  const ids = times.map((ms, i) => {
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${i.toString(16).padStart(12, '0')}`;
  });
  await query(
    databaseUrl,
    `INSERT INTO messages (id, conversation_id, sender_id, content, created_at, read_at, seq)
     SELECT id, $1, CASE WHEN seq % 4 < 2 THEN $2::uuid ELSE $3::uuid END, content, to_timestamp(ms / 1000.0),
       to_timestamp(ms / 1000.0), seq
     FROM unnest($4::uuid[], $5::text[], $6::float8[], $7::integer[]) AS given (id, content, ms, seq)`,
    [conversationId, buyer.id, seller.id, ids, numbers.map(textOf), times, numbers],
  );
  await query(
    databaseUrl,
    `UPDATE conversations SET seq = $2, last_message_at = to_timestamp($3 / 1000.0), changed_at = to_timestamp($3 / 1000.0),
       buyer_sent = ${sent('buyer_id')}, seller_sent = ${sent('seller_id')}, buyer_read = ${sent('seller_id')},
       seller_read = ${sent('buyer_id')}, buyer_read_seq = $2, seller_read_seq = $2
     WHERE id = $1`,
    [conversationId, count, times.at(-1)],
  );
}
