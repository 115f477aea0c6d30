import { eq, sql } from 'drizzle-orm';
import { type Database, STATEMENT_TIMEOUT_MS } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import { isParty } from './view.ts';

/** The parts of a conversation that delivering needs. */
export interface Parties {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
}

const columns = {
  id: conversations.id,
  buyerId: conversations.buyerId,
  sellerId: conversations.sellerId,
};

export interface ConversationIndex {
  ofUser(userId: string): Promise<Parties[]>;
  parties(id: string): Promise<Parties | undefined>;
  /** The last change of each; unknown ids are left out. */
  seqs(ids: readonly string[]): Promise<Map<string, number>>;
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
    ofUser: (userId) => orm.select(columns).from(conversations).where(isParty(userId)),
    async parties(id) {
      const [row] = await orm.select(columns).from(conversations).where(eq(conversations.id, id));
      return row;
    },
    async seqs(ids) {
      if (ids.length === 0) return new Map();
      const rows = await orm
        .select({ id: conversations.id, seq: conversations.seq })
        .from(conversations)
        // One array parameter: thousands of single ones are slow, and at most 65,535 are allowed.
        .where(sql`${conversations.id} = ANY (${sql.param(ids)}::uuid[])`);
      return new Map(rows.map((row) => [row.id, row.seq]));
    },
    async clock() {
      const { rows } = await pool.query<{ ms: number }>(CLOCK);
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

/**
 * `now()` is from before `pg_stat_activity` was read, so a transaction that is not in there yet is later. Changes take
 * their time after they have locked a row, which is when a transaction gets its xid.
 */
const CLOCK = `
SELECT extract(epoch FROM least(now(), min(xact_start)))::float8 * 1000 AS ms
FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND backend_type = 'client backend'`;
