import { eq, sql } from 'drizzle-orm';
import { uuidArray } from '../db/arrays.ts';
import type { Database } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import { STATEMENT_TIMEOUT_MS } from '../db/settings.ts';

/** The parts of a conversation that delivering needs. */
export interface Parties {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
}

/** A conversation of a user who is known. */
export interface Membership {
  readonly id: string;
  /** False: the seller. */
  readonly isBuyer: boolean;
  readonly otherId: string;
}

const columns = {
  id: conversations.id,
  buyerId: conversations.buyerId,
  sellerId: conversations.sellerId,
};

export interface Comparison {
  /** Those that have later changes, with their last one. */
  readonly ahead: ReadonlyMap<string, number>;
  /** Those that have not even got the known one: PostgreSQL was restored to an earlier time, or failed over and lost it. */
  readonly undone: readonly string[];
}

/** What the hub asks of conversations. It asks for many at once, and often. */
export interface ConversationIndex {
  /** The conversations of each user. */
  ofUsers(userIds: readonly string[]): Promise<Membership[][]>;
  parties(id: string): Promise<Parties | undefined>;
  /** The last change of each; 0 for unknown ids. */
  seqs(ids: readonly string[]): Promise<number[]>;
  /**
   * Compares them with the last changes that are known of them.
   *
   * @param seqs of the ids, in their order
   */
  compare(ids: readonly string[], seqs: readonly number[]): Promise<Comparison>;
  /**
   * PostgreSQL's clock, in milliseconds since 1970, or the beginning of the oldest transaction that is writing: whatever
   * commits from now on carries no earlier time. Sees the transactions of its own role, or of all with `pg_monitor`.
   */
  clock(): Promise<number>;
  /**
   * What was created since then (milliseconds since 1970), and a little before, in pages: a row becomes visible up to a
   * statement's longest time after the time it carries.
   */
  createdSince(ms: number, onPage: (page: readonly Parties[]) => void): Promise<void>;
}

export function createConversationIndex({ orm, pool }: Database): ConversationIndex {
  return {
    async ofUsers(userIds) {
      const { rows } = await pool.query<[n: number, id: string, isBuyer: boolean, otherId: string]>(
        {
          name: 'of_users',
          text: OF_USERS,
          rowMode: 'array',
          values: [uuidArray(userIds)],
        },
      );
      const found: Membership[][] = userIds.map(() => []);
      for (const [n, id, isBuyer, otherId] of rows) found[n - 1]?.push({ id, isBuyer, otherId });
      return found;
    },
    async parties(id) {
      const [row] = await orm.select(columns).from(conversations).where(eq(conversations.id, id));
      return row;
    },
    async seqs(ids) {
      const { rows } = await pool.query<[seq: number]>({
        name: 'seqs',
        text: SEQS,
        rowMode: 'array',
        values: [uuidArray(ids)],
      });
      return rows.map(([seq]) => seq);
    },
    async compare(ids, seqs) {
      const { rows } = await pool.query<[id: string, seq: number, isUndone: boolean]>({
        name: 'compare',
        text: COMPARE,
        rowMode: 'array',
        values: [uuidArray(ids), seqs],
      });
      const ahead = new Map<string, number>();
      const undone: string[] = [];
      for (const [id, seq, isUndone] of rows)
        if (isUndone) undone.push(id);
        else ahead.set(id, seq);
      return { ahead, undone };
    },
    async clock() {
      const { rows } = await pool.query<{ ms: number }>({ name: 'clock', text: CLOCK });
      return Math.floor(rows[0]?.ms ?? 0);
    },
    async createdSince(ms, onPage) {
      let after = { createdAt: new Date(ms - STATEMENT_TIMEOUT_MS - 1_000), id: NIL_UUID };
      for (;;) {
        const page = await orm
          .select({ ...columns, createdAt: conversations.createdAt })
          .from(conversations)
          .where(
            sql`(${conversations.createdAt}, ${conversations.id}) > (${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
          )
          .orderBy(conversations.createdAt, conversations.id)
          .limit(CREATED_PAGE);
        onPage(page);
        const last = page.at(-1);
        if (last === undefined || page.length < CREATED_PAGE) return;
        after = last;
      }
    },
  };
}

const CREATED_PAGE = 5_000;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

// `LATERAL … OFFSET 0` can only be planned as one look into the index for each, whatever statistics say of the table.

const OF_USERS = `
SELECT u.n::integer, c.id, true, c.seller_id FROM unnest($1::uuid[]) WITH ORDINALITY AS u(id, n),
  LATERAL (SELECT id, seller_id FROM conversations WHERE buyer_id = u.id OFFSET 0) c
UNION ALL
SELECT u.n::integer, c.id, false, c.buyer_id FROM unnest($1::uuid[]) WITH ORDINALITY AS u(id, n),
  LATERAL (SELECT id, buyer_id FROM conversations WHERE seller_id = u.id OFFSET 0) c`;

const SEQS = `
SELECT coalesce(c.seq, 0) FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, n)
  LEFT JOIN LATERAL (SELECT seq FROM conversations WHERE id = k.id OFFSET 0) c ON true
ORDER BY k.n`;

const COMPARE = `
SELECT k.id, coalesce(c.seq, 0), coalesce(c.seq, 0) < k.seq FROM unnest($1::uuid[], $2::integer[]) AS k(id, seq)
  LEFT JOIN LATERAL (SELECT seq FROM conversations WHERE id = k.id OFFSET 0) c ON true
WHERE coalesce(c.seq, 0) <> k.seq`;

/**
 * `now()` is from before `pg_stat_activity` was read, so a transaction that is not in there yet is later. Changes take
 * their time after they have locked a row, which is when a transaction gets its xid.
 */
const CLOCK = `
SELECT extract(epoch FROM least(now(), min(xact_start)))::float8 * 1000 AS ms
FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND backend_type = 'client backend'`;
