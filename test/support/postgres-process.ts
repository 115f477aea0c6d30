import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { freePort } from '../../src/lib/free-port.ts';
import { until } from '../faults/services.ts';
import { query } from './query.ts';

export interface PostgresOptions {
  /** The program `postgres`. */
  readonly command: string;
  /** The data folder; the server runs as its owner. */
  readonly data: string;
  /** `name=value` */
  readonly settings: readonly string[];
  /** The superuser's URL, but for host and port. */
  readonly url: string;
  /** Any free one when there is none. */
  readonly port?: number;
}

/** A PostgreSQL server of a test's own, on a free port of 127.0.0.1. */
export class PostgresProcess implements AsyncDisposable {
  readonly url: string;
  readonly #options: PostgresOptions;
  readonly #port: number;
  #child: ChildProcess;

  static async start(options: PostgresOptions): Promise<PostgresProcess> {
    const server = new PostgresProcess(options, options.port ?? (await freePort()));
    await until('PostgreSQL to start', () => {
      if (server.#child.exitCode !== null) throw new Error('PostgreSQL did not start');
      return server.#answers();
    });
    return server;
  }

  private constructor(options: PostgresOptions, port: number) {
    const url = new URL(options.url);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    this.url = url.href;
    this.#options = options;
    this.#port = port;
    this.#child = this.#spawn();
  }

  /** Ends it: `SIGKILL` as a machine dies, `SIGINT` in good order. */
  async stop(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    if (this.#isGone) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }

  /** Starts it again. */
  async start(): Promise<void> {
    await until('PostgreSQL to come back', () => {
      // What the one before has left in memory may be in its way for a moment.
      if (this.#isGone) this.#child = this.#spawn();
      return this.#answers();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGINT');
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #spawn(): ChildProcess {
    const { command, data, settings } = this.#options;
    const { uid, gid } = statSync(data);
    const own = [`port=${this.#port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    return spawn(command, ['-D', data, ...[...own, ...settings].flatMap((one) => ['-c', one])], {
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      cwd: '/',
      stdio: 'ignore',
    });
  }

  #answers(): Promise<boolean> {
    return query(this.url, 'SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
