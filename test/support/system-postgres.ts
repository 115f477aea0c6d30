import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unprivilegedAccount } from '../../src/db/embedded-account.ts';
import type { Disposer } from '../../src/lib/disposer.ts';
import { run } from '../../src/lib/run.ts';
import { PostgresProcess } from './postgres-process.ts';
import { install } from './programs.ts';

/** Where Debian keeps one folder for each major version. */
const DEBIAN = '/usr/lib/postgresql';

/** The folder of a whole PostgreSQL, with `pg_dump` and all, which the embedded one lacks. Installed by apt as root. */
export function findPostgres(): string {
  const found = lookFor() ?? (install('postgresql') ? lookFor() : undefined);
  if (found === undefined) throw new Error('this test needs PostgreSQL with pg_dump: install it');
  return found;
}

const PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'pg_basebackup'];

function lookFor(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const newest = versions.toSorted((a, b) => Number(b) - Number(a));
  return [
    ...newest.map((version) => `${DEBIAN}/${version}/bin`),
    ...(process.env['PATH'] ?? '').split(':'),
  ].find((folder) => PROGRAMS.every((name) => existsSync(path.join(folder, name))));
}

/** A folder that belongs to the account PostgreSQL runs as. */
export async function postgresFolder(disposer: Disposer): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-test-'));
  disposer.defer(() => rm(folder, { recursive: true, force: true }));
  const { uid, gid } = await unprivilegedAccount();
  if (uid !== undefined) await chown(folder, uid, gid);
  return folder;
}

/** Runs one of the programs as that account. */
export const runAsPostgres = async (program: string, args: readonly string[]): Promise<string> =>
  run(program, args, { ...(await unprivilegedAccount()), cwd: '/' });

/** A server from those binaries, whose superuser has the password `parley`. */
export async function startSystemPostgres(
  binaries: string,
  disposer: Disposer,
  settings: readonly string[] = [],
): Promise<PostgresProcess> {
  const folder = await postgresFolder(disposer);
  const data = path.join(folder, 'data');
  const password = path.join(folder, 'password');
  await writeFile(password, 'parley', { mode: 0o644 });
  const options = `-U parley --pwfile=${password} --auth=scram-sha-256 -E UTF8 --no-locale`;
  await runAsPostgres(path.join(binaries, 'initdb'), ['-D', data, ...options.split(' ')]);
  const server = await PostgresProcess.start({
    command: path.join(binaries, 'postgres'),
    data,
    settings: ['fsync=off', ...settings],
    url: 'postgres://parley:parley@127.0.0.1/postgres',
  });
  disposer.defer(() => server[Symbol.asyncDispose]());
  return server;
}
