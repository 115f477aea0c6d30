import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../src/lib/run.ts';
import { hasOrInstalls } from './programs.ts';

/** Paths of PEM files. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certification authority of the test's own, and a server's certificate from it for one host name. */
export async function makeCertificates(host: string): Promise<Certificates> {
  if (!hasOrInstalls('openssl')) throw new Error('this test needs openssl');
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-tls-'));
  const file = (name: string): string => path.join(folder, name);
  const made = { folder, ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key') };
  await request(`-subj /CN=parley-test -keyout ${file('ca.key')} -out ${made.ca}`);
  await request(
    `-subj /CN=${host} -addext subjectAltName=DNS:${host} -addext basicConstraints=critical,CA:FALSE ` +
      `-CA ${made.ca} -CAkey ${file('ca.key')} -keyout ${made.key} -out ${made.cert}`,
  );
  return made;
}

const request = (options: string): Promise<string> =>
  run('openssl', `req -x509 -newkey rsa:2048 -nodes -days 2 ${options}`.split(' '));
