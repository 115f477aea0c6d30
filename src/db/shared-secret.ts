import { eq } from 'drizzle-orm';
import type { Database } from './pool.ts';
import { sharedSecrets } from './schema.ts';

/** What all nodes have in common: made by whoever comes first, and kept in the database. */
export async function sharedSecret(
  { orm }: Database,
  name: string,
  draft: Buffer,
): Promise<Buffer> {
  await orm.insert(sharedSecrets).values({ name, secret: draft }).onConflictDoNothing();
  const [row] = await orm.select().from(sharedSecrets).where(eq(sharedSecrets.name, name));
  if (row === undefined) throw new Error('a shared secret vanished');
  return row.secret;
}
