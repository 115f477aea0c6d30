import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unprivilegedAccount } from '../../src/db/embedded-account.ts';
import { SESSION_SETTINGS } from '../../src/db/settings.ts';
import { freePort } from '../../src/lib/free-port.ts';
import { end, untilListening } from './child.ts';
import { hasOrInstalls } from './programs.ts';

/** The `connect_query` that docs/operations.md names. */
export const CONNECT_QUERY = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `SET ${name} = ${value}`)
  .join('; ');

export interface PgBouncerOptions {
  /** Lines of the section `[pgbouncer]`. */
  readonly settings?: readonly string[];
  /** What each server connection begins with. */
  readonly connectQuery?: string;
}

/** A real PgBouncer in transaction mode before one database, from PATH, else installed by apt as root. */
export class PgBouncer implements AsyncDisposable {
  /** The database's, by way of PgBouncer. */
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #account: Awaited<ReturnType<typeof unprivilegedAccount>>;
  #child: ChildProcess;

  static async start(databaseUrl: string, options: PgBouncerOptions = {}): Promise<PgBouncer> {
    if (!hasOrInstalls('pgbouncer')) throw new Error('this test needs pgbouncer on PATH');
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-pgbouncer-'));
    // It refuses to run as root.
    await chmod(folder, 0o755);
    const { hostname, port: serverPort, pathname, username, password } = new URL(databaseUrl);
    const { settings = [], connectQuery = CONNECT_QUERY } = options;
    const query = connectQuery === '' ? '' : ` connect_query='${connectQuery}'`;
    const config = `[databases]
* = host=${hostname} port=${serverPort}${query}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
pool_mode = transaction
${settings.join('\n')}
`;
    await writeFile(path.join(folder, 'pgbouncer.ini'), config);
    await writeFile(path.join(folder, 'users.txt'), `"${username}" "${password}"\n`);
    const account = await unprivilegedAccount();
    const url = `postgres://${username}:${password}@127.0.0.1:${port}${pathname}`;
    const pooler = new PgBouncer(url, port, folder, account);
    try {
      await untilListening(pooler.#child, port, 'PgBouncer');
    } catch (error) {
      await pooler[Symbol.asyncDispose]();
      throw error;
    }
    return pooler;
  }

  private constructor(
    url: string,
    port: number,
    folder: string,
    account: Awaited<ReturnType<typeof unprivilegedAccount>>,
  ) {
    this.url = url;
    this.#port = port;
    this.#folder = folder;
    this.#account = account;
    this.#child = this.#spawn();
  }

  /** Kills it with `kill -9`, and starts it again. */
  async restart(downMs: number): Promise<void> {
    await end(this.#child);
    await sleep(downMs);
    this.#child = this.#spawn();
    await untilListening(this.#child, this.#port, 'PgBouncer');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    await rm(this.#folder, { recursive: true });
  }

  #spawn(): ChildProcess {
    const config = path.join(this.#folder, 'pgbouncer.ini');
    return spawn('pgbouncer', ['-q', config], {
      ...this.#account,
      cwd: '/',
      // Debian's stands where an unprivileged account may not look.
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      stdio: 'ignore',
    });
  }
}
