import { createHash } from 'node:crypto';
import { Client } from 'pg';

/**
 * Users and conversations whose ids are computed from numbers, here and in SQL alike, so that no
 * lists of them are passed about. User `n` is the buyer of `rounds` conversations and the seller of as many: round 0 with user n + 1, the other
 * rounds with users picked by a hash of the round.
 */
export interface Dataset {
  readonly users: number;
  /** There are `users × rounds` conversations, and each user is in `2 × rounds`. */
  readonly rounds: number;
  /** In each conversation. */
  readonly messages: number;
  /** The first so many conversations have this many instead. */
  readonly busy?: { readonly conversations: number; readonly messages: number };
}

/** @param name anything: the same name is always the same id */
export const idOf = (name: string): string =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const userId = (n: number): string => idOf(`user ${n}`);

/** @param buyer the number of the user who is its buyer */
export const conversationId = ({ users }: Dataset, buyer: number, round: number): string =>
  idOf(`conversation ${round * users + buyer}`);

/** How far the seller is from the buyer. Round 0 makes neighbours pairs. */
function distance(users: number, round: number): number {
  if (round === 0) return 1;
  const hash = createHash('md5').update(`round ${round}`).digest().readUInt32BE();
  return 1 + (hash % (users - 1));
}

/** All conversations of a user. */
export function conversationsOf(dataset: Dataset, user: number): string[] {
  const { users, rounds } = dataset;
  return Array.from({ length: rounds }, (_, round) => [
    conversationId(dataset, user, round),
    conversationId(dataset, (user + users - distance(users, round)) % users, round),
  ]).flat();
}

/** Fills an empty database with it, and leaves it vacuumed, analysed and written to disk. */
export async function loadDataset(databaseUrl: string, dataset: Dataset): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`SET synchronous_commit = off; SET maintenance_work_mem = '512MB'`);
    for (let round = 0; round < dataset.rounds; round += 1)
      await insertConversations(client, dataset, round);
    await client.query('VACUUM ANALYZE conversations');
    if (dataset.messages > 0 || dataset.busy !== undefined) {
      await withoutIndexes(client, 'messages', () => insertMessages(client, dataset));
      // Not when it is empty: plans made for an empty table would be kept while it grows.
      await client.query('VACUUM ANALYZE messages');
    }
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

/** Old enough that no node takes them for new ones. `listing_id` is the conversation's number. */
const BEGUN = `date_trunc('day', now()) - interval '30 days'`;

async function insertConversations(client: Client, dataset: Dataset, round: number): Promise<void> {
  const { users, messages, busy } = dataset;
  await client.query(
    `INSERT INTO conversations
       (id, listing_id, buyer_id, seller_id, created_at, last_message_at, changed_at, seq, buyer_sent, seller_sent)
     SELECT md5('conversation ' || k)::uuid, k, md5('user ' || buyer)::uuid, md5('user ' || seller)::uuid,
       begun, nullif(begun + n * interval '1 second', begun), nullif(begun + n * interval '1 second', begun),
       n, (n + 1) / 2, n / 2
     FROM (
       SELECT k, k % $2 AS buyer, (k + $3) % $2 AS seller, ${BEGUN} + k % 86400 * interval '1 second' AS begun,
         CASE WHEN k < $4 THEN $5::int ELSE $6::int END AS n
       FROM generate_series($1::int * $2::int, ($1::int + 1) * $2::int - 1) k
     ) numbered`,
    [round, users, distance(users, round), busy?.conversations ?? 0, busy?.messages ?? 0, messages],
  );
}

/** The first message of all, then the second of all, …: as traffic would have left them, far apart on the disk. */
async function insertMessages(client: Client, { messages, busy }: Dataset): Promise<void> {
  const insert = (from: number, to: number, conversations: string, values: readonly number[]) =>
    client.query(
      `INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
       SELECT uuidv7(created_at + n * interval '1 second' - now()), id,
         CASE WHEN n % 2 = 1 THEN buyer_id ELSE seller_id END, repeat('x', 100),
         created_at + n * interval '1 second', n
       FROM generate_series($1::int, $2::int) n CROSS JOIN conversations WHERE ${conversations}`,
      [from, to, ...values],
    );
  for (let seq = 1; seq <= messages; seq += 1) await insert(seq, seq, 'true', []);
  if (busy !== undefined)
    await insert(messages + 1, busy.messages, 'listing_id < $3', [busy.conversations]);
}

/** Filling a table and then making its indexes is several times faster than the other way round. */
async function withoutIndexes(client: Client, table: string, fill: () => Promise<void>) {
  const constraints = await client.query<{ name: string; definition: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u')`,
    [table],
  );
  const indexes = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [table],
  );
  for (const { name } of constraints.rows)
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes.rows) await client.query(`DROP INDEX ${name}`);
  await fill();
  for (const { name, definition } of constraints.rows)
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
  for (const { definition } of indexes.rows) await client.query(definition);
}
