import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../support/query.ts';

/** Waits until it is so. Fails after a minute. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`);
    await sleep(50);
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        // Behind the name, which may hold anything: state and parent.
        const stat = readFileSync(`/proc/${candidate}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });

/** A PostgreSQL server that runs already, to be harmed. */
export class PostgresServer {
  readonly url: string;
  readonly #data: string;

  private constructor(url: string, data: string) {
    this.url = url;
    this.#data = data;
  }

  static async at(url: string): Promise<PostgresServer> {
    const [row] = await query<{ data_directory: string }>(url, 'SHOW data_directory');
    return new PostgresServer(url, row?.data_directory ?? '');
  }

  /** `SIGINT` is pg_ctl's `-m fast`, `SIGQUIT` its `-m immediate`. Starts the server again when it is down. */
  async restart(signal: 'SIGINT' | 'SIGQUIT', downMs: number): Promise<void> {
    const pid = this.#pid();
    // How it was started: the program, then each argument in quotes.
    const options = readFileSync(path.join(this.#data, 'postmaster.opts'), 'utf8');
    const command = options.slice(0, options.indexOf(' "'));
    const args = [...options.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
    const { uid, gid } = statSync(this.#data);
    process.kill(pid, signal);
    await until('PostgreSQL to stop', () => !isAlive(pid));
    await sleep(downMs);
    const account = process.getuid?.() === 0 ? { uid, gid } : {};
    spawn(command, args, { ...account, cwd: '/', stdio: 'ignore', detached: true }).unref();
    await this.ready();
  }

  async ready(): Promise<void> {
    await until('PostgreSQL to answer', () =>
      query(this.url, 'SELECT 1').then(
        () => true,
        () => false,
      ),
    );
  }

  /** Every process of it: the backends answer on their own. Linux only: it looks into `/proc`. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.#pid();
    for (const each of [pid, ...childrenOf(pid)]) process.kill(each, signal);
  }

  #pid(): number {
    return Number(readFileSync(path.join(this.#data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }
}
