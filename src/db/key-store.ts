import { eq } from 'drizzle-orm';
import type { ExportedJWKSCache } from 'jose';
import type { Database } from './pool.ts';
import { keptKeys } from './schema.ts';

/** Where the keys of an identity provider stay while no node runs. */
export const createKeyStore = ({ orm }: Database) => ({
  async read(url: string): Promise<ExportedJWKSCache | undefined> {
    const [row] = await orm.select().from(keptKeys).where(eq(keptKeys.url, url));
    return row && { jwks: row.jwks, uat: row.fetchedAt.getTime() };
  },
  async write(url: string, { jwks, uat }: ExportedJWKSCache): Promise<void> {
    const kept = { jwks, fetchedAt: new Date(uat) };
    await orm
      .insert(keptKeys)
      .values({ url, ...kept })
      .onConflictDoUpdate({ target: keptKeys.url, set: kept });
  },
});
