import { chmod, chown, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unprivilegedAccount } from '../src/db/embedded-account.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { type Certificates, makeCertificates } from './support/certificates.ts';
import { newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest, startFailure } from './support/node-process.ts';
import { ownPostgres } from './support/own-postgres.ts';
import { query } from './support/query.ts';

const HOST = 'localhost';
const disposer = new Disposer();
let certificates: Certificates;
let otherCa: string;
/** Of a server that takes nobody without TLS; its certificate is for {@link HOST}. */
let server: URL;

beforeAll(async () => {
  [certificates, { ca: otherCa }] = [await makeCertificates(HOST), await makeCertificates(HOST)];
  for (const folder of [certificates.folder, path.dirname(otherCa)])
    disposer.defer(() => rm(folder, { recursive: true }));
  const { uid, gid } = await unprivilegedAccount();
  await chmod(certificates.folder, 0o755);
  if (uid !== undefined) await chown(certificates.key, uid, gid);
  const url = await ownPostgres(disposer, [
    'fsync=off',
    'ssl=on',
    `ssl_cert_file=${certificates.cert}`,
    `ssl_key_file=${certificates.key}`,
  ]);
  const [row] = await query<{ hba_file: string }>(url, 'SHOW hba_file');
  const rules = await readFile(row!.hba_file, 'utf8');
  await writeFile(row!.hba_file, rules.replaceAll(/^host /gm, 'hostssl '));
  await query(url, 'SELECT pg_reload_conf()');
  server = new URL(url);
  server.hostname = HOST;
}, 60_000);
afterAll(() => disposer[Symbol.asyncDispose]());

const urlWith = (parameters: Record<string, string>, host = HOST): string => {
  const url = new URL(server);
  url.hostname = host;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
};

const refusal = async (databaseUrl: string): Promise<string> => {
  const line = await startFailure(clusterEnv(databaseUrl));
  expect(line).toContain('DATABASE_URL');
  return line;
};

test('sslmode=verify-full: every connection is encrypted', async () => {
  const url = urlWith({ sslmode: 'verify-full', sslrootcert: certificates.ca });
  const node = await nodeForTest(clusterEnv(url));
  await newConversation(node.url, await newUser(), await newUser());
  const sessions = await query<{ ssl: boolean; count: number }>(
    url,
    `SELECT ssl, count(*)::integer AS count FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE application_name = 'parley' GROUP BY ssl`,
  );
  expect(sessions).toEqual([{ ssl: true, count: expect.any(Number) }]);
});

test('sslmode=no-verify: encrypted, and any certificate will do', async () => {
  const node = await nodeForTest(clusterEnv(urlWith({ sslmode: 'no-verify' }, '127.0.0.1')));
  expect(await newConversation(node.url, await newUser(), await newUser())).toBeTypeOf('string');
});

test.each([
  [
    'another authority',
    () => urlWith({ sslmode: 'verify-full', sslrootcert: otherCa }),
    'certificate',
  ],
  ['no authority of its own', () => urlWith({ sslmode: 'verify-full' }), 'certificate'],
  [
    'a certificate for another host',
    () => urlWith({ sslmode: 'verify-full', sslrootcert: certificates.ca }, '127.0.0.1'),
    "does not match certificate's altnames",
  ],
  [
    'no such file',
    () => urlWith({ sslmode: 'verify-full', sslrootcert: '/nowhere.crt' }),
    '/nowhere.crt',
  ],
  ['no TLS where it is required', () => urlWith({ sslmode: 'disable' }), 'no encryption'],
  ['nothing said, which is no TLS', () => urlWith({}), 'no encryption'],
])('refused in one line: %s', async (_, url, reason) => {
  expect(await refusal(url())).toContain(reason);
});

test('refused in one line: TLS with a server that has none', async () => {
  const url = new URL(await createDatabase());
  url.searchParams.set('sslmode', 'verify-full');
  expect(await refusal(url.href)).toContain('does not support SSL');
});
