import { type SQL, and, eq, getTableColumns, gte, or, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../db/pool.ts';
import { changes, conversations, messages } from '../db/schema.ts';
import { type Change, toChange } from './changes.ts';

export interface MissedChange extends Change {
  readonly conversationId: string;
}

/**
 * Every change since then that was there at the call, in all of a user's conversations, those of one conversation in order
 * of seq and without holes.
 *
 * @returns `undefined` when there are more than `limit`
 */
export type ReadMissed = (
  userId: string,
  since: Date,
  limit: number,
) => Promise<MissedChange[] | undefined>;

/** So many of a conversation's last changes are looked at first; few clients have missed more. */
const WINDOW = 64;

interface Tail {
  readonly id: string;
  readonly seq: number;
}

export function createReadMissed({ orm }: Database): ReadMissed {
  const readTails = async (
    tails: readonly Tail[],
    window: number,
    since: Date,
    limit: number,
  ): Promise<MissedChange[]> => {
    if (tails.length === 0) return [];
    const ids = sql.param(tails.map(({ id }) => id));
    const after = sql.param(tails.map(({ seq }) => seq - window));
    const upTo = sql.param(tails.map(({ seq }) => seq));
    const tail = sql`unnest(${ids}::uuid[], ${after}::integer[], ${upTo}::integer[]) AS tail(id, after, up_to)`;
    // Not beyond what was there before: the two tables are read at different moments, and a later change of one without an
    // earlier one of the other would be a hole.
    const isMissed = (table: PgTable & { createdAt: PgColumn; seq: PgColumn }): SQL | undefined =>
      and(
        sql`${table.seq} > tail.after AND ${table.seq} <= tail.up_to`,
        gte(table.createdAt, since),
      );
    const [sent, others] = await Promise.all([
      orm
        .select(getTableColumns(messages))
        .from(tail)
        .innerJoin(messages, and(sql`${messages.conversationId} = tail.id`, isMissed(messages)))
        .limit(limit + 1),
      orm
        .select(getTableColumns(changes))
        .from(tail)
        .innerJoin(changes, and(sql`${changes.conversationId} = tail.id`, isMissed(changes)))
        .limit(limit + 1),
    ]);
    return [...sent, ...others].map((row) => ({
      ...toChange(row),
      conversationId: row.conversationId,
    }));
  };

  return async (userId, since, limit) => {
    const tails = await orm
      .select({ id: conversations.id, seq: conversations.seq })
      .from(conversations)
      .where(
        and(
          or(eq(conversations.buyerId, userId), eq(conversations.sellerId, userId)),
          gte(conversations.changedAt, since),
        ),
      )
      .limit(limit + 1);
    if (tails.length > limit) return undefined;
    const found = await readTails(tails, WINDOW, since, limit);
    const counts = new Map<string, number>();
    for (const { conversationId } of found)
      counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1);
    // Where all of the window is new there may be more before it.
    const deep = tails.filter(({ id, seq }) => seq > WINDOW && (counts.get(id) ?? 0) >= WINDOW);
    const deepIds = new Set(deep.map(({ id }) => id));
    const all = [
      ...found.filter(({ conversationId }) => !deepIds.has(conversationId)),
      ...(await readTails(deep, limit + 1, since, limit)),
    ];
    return all.length > limit ? undefined : all.toSorted((a, b) => a.seq - b.seq);
  };
}
