import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Settings } from '../../src/attachments/settings.ts';
import { freePort } from '../../src/lib/free-port.ts';
import { filesBelow } from './files-below.ts';
import { findVersitygw } from './find-versitygw.ts';
import { accepts } from './programs.ts';

const ACCESS_KEY = 'parley';
const SECRET_KEY = 'a secret key of the tests';
const BUCKET = 'attachments';

/** A real S3 server with one bucket, which is a directory of its own. */
export class Versitygw implements AsyncDisposable {
  readonly settings: S3Settings;
  readonly #file: string;
  readonly #port: number;
  readonly #folder: string;
  #child: ChildProcess;

  /** @returns `undefined` where neither it nor Go is to be found */
  static async start(): Promise<Versitygw | undefined> {
    const file = await findVersitygw();
    if (file === undefined) return undefined;
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-s3-'));
    await mkdir(path.join(folder, BUCKET));
    const server = new Versitygw(file, await freePort(), folder);
    await server.#ready();
    return server;
  }

  private constructor(file: string, port: number, folder: string) {
    this.#file = file;
    this.#port = port;
    this.#folder = folder;
    this.settings = {
      bucket: BUCKET,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      isPathStyle: true,
    };
    this.#child = this.#spawn();
  }

  /** The files in the bucket, by their paths: its objects, and what else it may keep. */
  files(): Promise<string[]> {
    return filesBelow(path.join(this.#folder, BUCKET));
  }

  /** Nobody listens on its port any more. */
  async stop(): Promise<void> {
    await this.#kill();
  }

  async startAgain(): Promise<void> {
    this.#child = this.#spawn();
    await this.#ready();
  }

  /** Accepts connections and does not answer. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    await rm(this.#folder, { recursive: true });
  }

  #spawn(): ChildProcess {
    return spawn(
      this.#file,
      ['--port', `127.0.0.1:${this.#port}`, '--quiet', 'posix', this.#folder],
      {
        env: { ...process.env, ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY },
        stdio: 'ignore',
      },
    );
  }

  async #kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await accepts(this.#port))) {
      if (this.#child.exitCode !== null || Date.now() > deadline)
        throw new Error('versitygw did not start');
      await sleep(50);
    }
  }
}
