import { createECDH } from 'node:crypto';
import type { WebPushSettings } from '../config-notifications.ts';
import type { Database } from '../db/pool.ts';
import { sharedSecret } from '../db/shared-secret.ts';
import { StartupError } from '../lib/startup-error.ts';

/** A key pair on P-256 in base64url: the public one as an uncompressed point, the private one as its number (RFC 8292, section 3.2). */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

const NAME = 'vapid_private_key';

/**
 * The keys that browsers subscribe with: those that are set, else the same for all nodes, kept in the database. With others every subscription is lost.
 *
 * @throws {StartupError} when those that are set are no pair
 */
export async function openVapidKeys(
  { keys }: Pick<WebPushSettings, 'keys'>,
  database: Database,
): Promise<VapidKeys> {
  if (keys !== undefined) return checked(keys);
  const draft = createECDH('prime256v1');
  draft.generateKeys();
  return pairOf(await sharedSecret(database, NAME, to32Bytes(draft.getPrivateKey())));
}

function checked({ publicKey, privateKey }: VapidKeys): VapidKeys {
  const bytes = Buffer.from(privateKey, 'base64url');
  const pair = bytes.length === 32 ? derived(bytes) : undefined;
  // Compared as bytes: there may be padding.
  if (
    pair === undefined ||
    Buffer.from(publicKey, 'base64url').toString('base64url') !== pair.publicKey
  )
    throw new StartupError(
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair on P-256 in base64url, such as `npx web-push generate-vapid-keys` makes',
    );
  return pair;
}

/** @returns `undefined` for what is no number of the curve */
function derived(bytes: Buffer): VapidKeys | undefined {
  try {
    return pairOf(bytes);
  } catch {
    return undefined;
  }
}

function pairOf(privateKey: Buffer): VapidKeys {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(privateKey);
  return {
    publicKey: curve.getPublicKey('base64url'),
    privateKey: privateKey.toString('base64url'),
  };
}

/** Node leaves zeros at the beginning away. */
const to32Bytes = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);
