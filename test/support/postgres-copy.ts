import {
  chown,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { PostgresProcess } from './postgres-process.ts';

/**
 * Starts a server on a copy of another's data, from the same binaries.
 *
 * @param original a URL of the server that was copied
 * @param settings `name=value`; those of the original's command line are not taken over
 */
export async function startCopy(
  original: string,
  data: string,
  settings: readonly string[],
): Promise<PostgresProcess> {
  // How the original was started: the program, then each argument in quotes.
  const options = await readFile(path.join(data, 'postmaster.opts'), 'utf8');
  const command = options.slice(0, options.indexOf(' "'));
  return PostgresProcess.start({ command, data, settings, url: original });
}

/**
 * A base backup by the low-level API, which needs no program that the embedded binaries lack (PostgreSQL manual, "Making a Base
 * Backup Using the Low Level API"). The log that it needs must come from the primary or from an archive.
 *
 * @param superuserUrl of the server
 * @returns the copy's data folder, beside the original's
 */
export async function baseBackup(superuserUrl: string): Promise<string> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const from = rows[0]?.data_directory ?? '';
    const to = await mkdtemp(`${from}-copy-`);
    await client.query(`SELECT pg_backup_start('test', true)`);
    await copyFolder(from, to);
    const { rows: stopped } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(false)',
    );
    await writeOwned(path.join(to, 'backup_label'), stopped[0]?.labelfile ?? '', to);
    return to;
  } finally {
    await client.end();
  }
}

/** A streaming replica of a server. */
export async function startReplica(
  superuserUrl: string,
  settings: readonly string[] = [],
): Promise<PostgresProcess> {
  const data = await baseBackup(superuserUrl);
  await writeOwned(path.join(data, 'standby.signal'), '', data);
  const { hostname, port, username, password } = new URL(superuserUrl);
  return startCopy(superuserUrl, data, [
    `primary_conninfo=host=${hostname} port=${port} user=${username} password=${password}`,
    ...settings,
  ]);
}

/** Writes a file that belongs to whom the folder belongs to. */
export async function writeOwned(file: string, text: string, folder: string): Promise<void> {
  await writeFile(file, text);
  const { uid, gid } = await lstat(folder);
  await chown(file, uid, gid);
}

/** Neither the log, which comes by itself, nor what says that a server is running. */
const LEFT_OUT = new Set(['pg_wal', 'postmaster.pid']);

async function copyFolder(from: string, to: string): Promise<void> {
  const { uid, gid } = await lstat(from);
  await chown(to, uid, gid);
  await mkdir(path.join(to, 'pg_wal'), { mode: 0o700 });
  await chown(path.join(to, 'pg_wal'), uid, gid);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const source = path.join(entry.parentPath, entry.name);
    const name = path.relative(from, source);
    if (LEFT_OUT.has(name.split(path.sep)[0] ?? '')) continue;
    const target = path.join(to, name);
    try {
      if (entry.isDirectory()) await mkdir(target, { mode: 0o700 });
      else await copyFile(source, target);
      await chown(target, uid, gid);
    } catch (error) {
      // The server deletes files meanwhile, and the log says so.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
