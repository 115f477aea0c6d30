import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAccount, readApnsKey } from './key-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString();
const RSA = pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey);
const P256 = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const P384 = pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey);
const ACCOUNT = {
  project_id: 'shop',
  client_email: 'a@shop.example',
  private_key: RSA,
  token_uri: 'https://oauth2.example/token',
};

async function fileWith(text: string): Promise<string> {
  const file = path.join(folder, 'file');
  await writeFile(file, text);
  return file;
}

describe('files of keys', () => {
  test('that are right are read', async () => {
    expect(await readAccount(await fileWith(JSON.stringify(ACCOUNT)))).toMatchObject({
      projectId: 'shop',
      clientEmail: 'a@shop.example',
      keyId: undefined,
      tokenUri: 'https://oauth2.example/token',
    });
    expect((await readApnsKey(await fileWith(P256))).algorithm).toMatchObject({
      namedCurve: 'P-256',
    });
  });

  test('that are not there are named by their variable', async () => {
    const file = path.join(folder, 'nowhere');
    await expect(readAccount(file)).rejects.toMatchObject({
      code: 'startup_failed',
      message: 'FCM_SERVICE_ACCOUNT_FILE cannot be read: ENOENT',
    });
    await expect(readApnsKey(folder)).rejects.toMatchObject({
      message: 'APNS_KEY_FILE cannot be read: EISDIR',
    });
  });

  test.each([
    ['{"project_id": "secret', 'project_id is not in it'],
    ['[]', 'project_id is not in it'],
    [JSON.stringify({ ...ACCOUNT, client_email: 5 }), 'client_email is not in it'],
    [JSON.stringify({ ...ACCOUNT, token_uri: 'secret' }), 'its token_uri must be a URL'],
    [
      JSON.stringify({ ...ACCOUNT, private_key: '-----BEGIN PRIVATE KEY-----\nsecret\n' }),
      'its private_key must be an RSA key in PEM (PKCS #8)',
    ],
    [
      JSON.stringify({ ...ACCOUNT, private_key: P256 }),
      'its private_key must be an RSA key in PEM (PKCS #8)',
    ],
  ])('of service accounts that are wrong are refused, and not shown: %#', async (text, what) => {
    const file = await fileWith(text);
    await expect(readAccount(file)).rejects.toMatchObject({
      code: 'startup_failed',
      message: `FCM_SERVICE_ACCOUNT_FILE must be the JSON file of a Google service account: ${what}`,
    });
  });

  test.each(['', 'secret', RSA, P384, JSON.stringify(ACCOUNT)])(
    'for APNs that are wrong are refused, and not shown: %#',
    async (text) => {
      await expect(readApnsKey(await fileWith(text))).rejects.toMatchObject({
        code: 'startup_failed',
        message:
          'APNS_KEY_FILE must be the .p8 file of a key for APNs: a private key on P-256 in PEM (PKCS #8)',
      });
    },
  );
});
