import { readFileSync } from 'node:fs';
import { StartupError } from '../lib/startup-error.ts';
import { run } from '../lib/run.ts';

/** Who a child process runs as; empty for "as we do". Spread it into the options of `spawn`. */
export type Account = { readonly uid: number; readonly gid: number } | Record<string, never>;

const CREATED = 'parley';

/**
 * PostgreSQL refuses to run as root. Root gets the account `postgres` where there is one, else `parley`, which is
 * created; anybody else stays who they are.
 *
 * @throws {StartupError} when the account can't be created
 */
export async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const existing = lookUp('postgres') ?? lookUp(CREATED);
  if (existing !== undefined) return existing;
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      CREATED,
    ]);
  } catch (error) {
    throw new StartupError(
      'the embedded PostgreSQL cannot run as root, and no account could be made for it: run as another user, or set DATABASE_URL',
      { cause: error },
    );
  }
  const created = lookUp(CREATED);
  if (created === undefined) throw new StartupError(`useradd made no account ${CREATED}`);
  return created;
}

function lookUp(name: string): Account | undefined {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [entry, , uid, gid] = line.split(':');
    if (entry === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
