import { randomBytes } from 'node:crypto';
import { type Signer, createSigner } from '../lib/signer.ts';
import type { Database } from './pool.ts';
import { sharedSecret } from './shared-secret.ts';

/** All nodes sign alike. @param name what one of them signs is nothing to another */
export const openSigner = async (
  database: Database,
  name: 'attachment_urls' | 'email',
): Promise<Signer> => createSigner(await sharedSecret(database, name, randomBytes(32)));
