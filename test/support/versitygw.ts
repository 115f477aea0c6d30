import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { S3Settings } from '../../src/attachments/settings.ts';
import { freePort } from '../../src/lib/free-port.ts';
import { end, untilListening } from './child.ts';
import { filesBelow } from './files-below.ts';
import { findVersitygw } from './find-versitygw.ts';

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
    const port = await freePort();
    const server = new Versitygw(file, port, folder);
    await untilListening(server.#child, port, 'versitygw');
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
    await end(this.#child);
  }

  async startAgain(): Promise<void> {
    this.#child = this.#spawn();
    await untilListening(this.#child, this.#port, 'versitygw');
  }

  /** Accepts connections and does not answer. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
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
}
