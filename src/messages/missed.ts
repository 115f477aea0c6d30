import { type SQL, and, gte, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { uuidArray } from '../db/arrays.ts';
import type { Database } from '../db/pool.ts';
import { changes, messages } from '../db/schema.ts';
import { createBatcher } from '../lib/batcher.ts';
import { type Change, IS_SHOWN, toOtherChange, toSentChange } from './changes.ts';
import type { ToMessage } from './message-row.ts';

export interface MissedChange extends Change {
  readonly conversationId: string;
}

export interface Missed {
  /** Those of one conversation in order of seq and without holes. */
  readonly changes: readonly MissedChange[];
  /** Whether a conversation of the user was created since then. */
  readonly hasCreated: boolean;
}

/**
 * Every change since then (milliseconds since 1970) that was there at the call, in all of a user's conversations.
 *
 * @returns `undefined` when there are more than the limit
 */
export type ReadMissed = (userId: string, sinceMs: number) => Promise<Missed | undefined>;

/** Thousands may come back at once, most of them having missed little: they are looked up together. */
const READ_TOGETHER = { maxSize: 25, maxRunning: 2 };
/** Changes that are read for several users at once; when there are more, each is read alone. */
const MAX_TOGETHER = 5_000;
/** So many of a conversation's last changes are looked at first; few clients have missed more. */
const WINDOW = 64;

interface Query {
  readonly userId: string;
  readonly sinceMs: number;
}

/** A conversation that was changed since then. */
interface Tail {
  /** Whose, by the place in the batch. */
  readonly user: number;
  readonly conversationId: string;
  readonly seq: number;
  readonly sinceMs: number;
}

type Row = MissedChange & { readonly user: number };

const tailOf = ({ user, conversationId }: { user: number; conversationId: string }): string =>
  `${user} ${conversationId}`;

/** @param limit changes, and conversations, that one user is given at most */
export function createReadMissed(
  database: Database,
  limit: number,
  toMessage: ToMessage,
): ReadMissed {
  const readAll = async (queries: readonly Query[]): Promise<readonly (Missed | undefined)[]> => {
    const { tails, hasCreated } = await readTails(database, queries);
    const count = countBy(tails, ({ user }) => user);
    const fitting = tails.filter(({ user }) => (count.get(user) ?? 0) <= limit);
    const isAlone = queries.length === 1;
    const most = isAlone ? limit : MAX_TOGETHER;
    const found = await readRows(database, fitting, WINDOW, most, toMessage);
    // Where all of the window is new there may be more before it.
    const inTail = countBy(found, tailOf);
    const deep = fitting.filter(
      (tail) => tail.seq > WINDOW && (inTail.get(tailOf(tail)) ?? 0) >= WINDOW,
    );
    const more = await readRows(database, deep, limit + 1, most, toMessage);
    if (!isAlone && Math.max(found.length, more.length) > MAX_TOGETHER) return readEach(queries);
    const isInDeep = new Set(deep.map(tailOf));
    const rows = [...found.filter((row) => !isInDeep.has(tailOf(row))), ...more];
    const byUser = queries.map((): MissedChange[] => []);
    for (const row of rows.toSorted((a, b) => a.seq - b.seq)) byUser[row.user]?.push(row);
    return byUser.map((missed, user) =>
      missed.length > limit || (count.get(user) ?? 0) > limit
        ? undefined
        : { changes: missed, hasCreated: hasCreated.has(user) },
    );
  };
  const readEach = async (queries: readonly Query[]): Promise<(Missed | undefined)[]> => {
    const results: (Missed | undefined)[] = [];
    for (const query of queries) results.push(...(await readAll([query])));
    return results;
  };
  const read = createBatcher(readAll, READ_TOGETHER);
  return (userId, sinceMs) => read({ userId, sinceMs });
}

function countBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

async function readTails(
  { pool }: Database,
  queries: readonly Query[],
): Promise<{ tails: Tail[]; hasCreated: Set<number> }> {
  const { rows } = await pool.query<
    [n: number, id: string, seq: number, isChanged: boolean | null, isCreated: boolean]
  >({
    name: 'tails',
    text: TAILS,
    rowMode: 'array',
    values: [uuidArray(queries.map(({ userId }) => userId)), queries.map(({ sinceMs }) => sinceMs)],
  });
  const tails: Tail[] = [];
  const hasCreated = new Set<number>();
  for (const [n, conversationId, seq, isChanged, isCreated] of rows) {
    const user = n - 1;
    const sinceMs = queries[user]?.sinceMs ?? 0;
    if (isChanged === true) tails.push({ user, conversationId, seq, sinceMs });
    if (isCreated) hasCreated.add(user);
  }
  return { tails, hasCreated };
}

const tailsOf = (column: 'buyer_id' | 'seller_id'): string => `
SELECT u.n::integer, c.id, c.seq, c.changed_at >= u.since, c.created_at >= u.since
FROM asked u, LATERAL (SELECT * FROM conversations WHERE ${column} = u.id OFFSET 0) c
WHERE c.changed_at >= u.since OR c.created_at >= u.since`;

const TAILS = `
WITH asked AS (
  SELECT id, to_timestamp(ms / 1000) AS since, n
  FROM unnest($1::uuid[], $2::float8[]) WITH ORDINALITY AS i(id, ms, n)
)
${tailsOf('buyer_id')}
UNION ALL
${tailsOf('seller_id')}`;

/** One more than the limit says that there are more. */
async function readRows(
  { orm }: Database,
  tails: readonly Tail[],
  window: number,
  limit: number,
  toMessage: ToMessage,
): Promise<Row[]> {
  if (tails.length === 0) return [];
  const tail = sql`unnest(
    ${sql.param(tails.map(({ user }) => user))}::integer[], ${sql.param(tails.map((one) => one.conversationId))}::uuid[],
    ${sql.param(tails.map(({ seq }) => seq - window))}::integer[], ${sql.param(tails.map(({ seq }) => seq))}::integer[],
    ${sql.param(tails.map(({ sinceMs }) => sinceMs))}::float8[]) AS tail(n, id, after, up_to, ms)`;
  const user = sql<number>`tail.n`.as('n');
  const [sent, others] = await Promise.all([
    orm
      .select({ user, message: messages })
      .from(tail)
      .innerJoin(messages, isMissed(messages))
      .limit(limit + 1),
    orm
      .select({ user, change: changes, message: messages })
      .from(tail)
      .innerJoin(changes, isMissed(changes))
      .leftJoin(messages, IS_SHOWN)
      .limit(limit + 1),
  ]);
  return [
    ...sent.map((row) => ({
      ...toSentChange(row.message, toMessage),
      user: row.user,
      conversationId: row.message.conversationId,
    })),
    ...others.map((row) => ({
      ...toOtherChange(row.change, row.message, toMessage),
      user: row.user,
      conversationId: row.change.conversationId,
    })),
  ];
}

// Not beyond what was there before: the two tables are read at different moments, and a later change of one without an
// earlier one of the other would be a hole.
const isMissed = (
  table: PgTable & { conversationId: PgColumn; createdAt: PgColumn; seq: PgColumn },
): SQL | undefined =>
  and(
    sql`${table.conversationId} = tail.id AND ${table.seq} > tail.after AND ${table.seq} <= tail.up_to`,
    gte(table.createdAt, sql`to_timestamp(tail.ms / 1000)`),
  );
