import { eq, sql } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
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
  /** PostgreSQL's clock, in milliseconds since 1970. */
  clock(): Promise<number>;
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
      const { rows } = await pool.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      return Math.floor(rows[0]?.ms ?? 0);
    },
  };
}
