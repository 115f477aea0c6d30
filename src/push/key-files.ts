import { readFile } from 'node:fs/promises';
import { type CryptoKey, importPKCS8 } from 'jose';
import { errorCode } from '../lib/error-code.ts';
import { StartupError } from '../lib/startup-error.ts';
import { fieldsOf } from './post.ts';

/** Of the JSON file that Google gives out for a service account. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly keyId: string | undefined;
  /** RS256. */
  readonly key: CryptoKey;
  /** Where access tokens are given out. */
  readonly tokenUri: string;
}

const ACCOUNT_RULE = 'FCM_SERVICE_ACCOUNT_FILE must be the JSON file of a Google service account: ';
const APNS_RULE =
  'APNS_KEY_FILE must be the .p8 file of a key for APNs: a private key on P-256 in PEM (PKCS #8)';

/** @throws {StartupError} which says what would be right, and nothing of what is there */
export async function readAccount(file: string): Promise<ServiceAccount> {
  const fields = fieldsOf(await read('FCM_SERVICE_ACCOUNT_FILE', file));
  const textOf = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new StartupError(`${ACCOUNT_RULE}${name} is not in it`);
  };
  const projectId = textOf('project_id');
  const clientEmail = textOf('client_email');
  const tokenUri = textOf('token_uri');
  if (!/^https?:/.test(tokenUri) || !URL.canParse(tokenUri))
    throw new StartupError(`${ACCOUNT_RULE}its token_uri must be a URL`);
  const keyRule = `${ACCOUNT_RULE}its private_key must be an RSA key in PEM (PKCS #8)`;
  const key = await importKey(textOf('private_key'), 'RS256', keyRule);
  const keyId = fields['private_key_id'];
  return {
    projectId,
    clientEmail,
    keyId: typeof keyId === 'string' ? keyId : undefined,
    key,
    tokenUri,
  };
}

/** @throws {StartupError} as {@link readAccount} does */
export const readApnsKey = async (file: string): Promise<CryptoKey> =>
  importKey(await read('APNS_KEY_FILE', file), 'ES256', APNS_RULE);

const read = (variable: string, file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartupError(`${variable} cannot be read: ${errorCode(error) ?? 'unknown error'}`);
  });

const importKey = (pem: string, alg: string, rule: string): Promise<CryptoKey> =>
  importPKCS8(pem, alg).catch(() => {
    throw new StartupError(rule);
  });
