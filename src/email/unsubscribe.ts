import { sql } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { users } from '../db/schema.ts';

/** The user gets no more e-mails; a repeat changes nothing. */
export type Unsubscribe = (userId: string) => Promise<void>;

export const createUnsubscribe =
  ({ orm }: Database): Unsubscribe =>
  async (userId) => {
    await orm
      .insert(users)
      .values({ id: userId, emailOffAt: sql`now()` })
      .onConflictDoUpdate({
        target: users.id,
        set: { emailOffAt: sql`coalesce(${users.emailOffAt}, now())` },
      });
  };
