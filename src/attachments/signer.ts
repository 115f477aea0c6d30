import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { sharedSecrets } from '../db/schema.ts';

const NAME = 'attachment_urls';

export interface Signer {
  /** HMAC-SHA256 in base64url: 43 characters. */
  sign(text: string): string;
  /** Takes as long whether or not it is right. */
  isSigned(text: string, signature: string): boolean;
}

/** All nodes sign alike: the secret is made by whoever comes first, and stays in the database. */
export async function openSigner({ orm }: Database): Promise<Signer> {
  const draft = { name: NAME, secret: randomBytes(32) };
  await orm.insert(sharedSecrets).values(draft).onConflictDoNothing();
  const [row] = await orm.select().from(sharedSecrets).where(eq(sharedSecrets.name, NAME));
  if (row === undefined) throw new Error('the secret of the URLs vanished');
  return createSigner(row.secret);
}

export function createSigner(secret: Buffer): Signer {
  const digest = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  return {
    sign: (text) => digest(text).toString('base64url'),
    isSigned(text, signature) {
      const given = Buffer.from(signature, 'base64url');
      const right = digest(text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
