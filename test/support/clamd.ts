import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/lib/free-port.ts';
import { end, untilListening } from './child.ts';
import { hasCommand, install } from './programs.ts';

/** For a machine that has none. */
export const CLAMD_MISSING = 'clamd is missing: install it (Debian: apt-get install clamav-daemon)';

/** What every scanner takes for a virus, and is none (eicar.org). In two parts, lest this file be taken for one. */
export const EICAR = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
);

/** A real clamd whose only signature is that of the EICAR file: on a port of its own, with files of its own. */
export class Clamd implements AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  readonly #folder: string;
  #child: ChildProcess;

  /** @param maxBytes what it takes of a file @returns `undefined` where it is neither to be found nor installed */
  static async start(maxBytes = 50_000_000): Promise<Clamd | undefined> {
    if (!hasCommand('clamd') && !(install('clamav-daemon') && hasCommand('clamd')))
      return undefined;
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-clamd-'));
    const port = await freePort();
    await mkdir(path.join(folder, 'db'));
    // An extended signature: name, any type of file, anywhere, the bytes in hexadecimal (ClamAV's manual, "Signatures").
    await writeFile(
      path.join(folder, 'db', 'eicar.ndb'),
      `Parley.Test.Eicar:0:*:${EICAR.toString('hex')}\n`,
    );
    await writeFile(
      path.join(folder, 'clamd.conf'),
      `Foreground yes
TCPAddr 127.0.0.1
TCPSocket ${port}
DatabaseDirectory ${folder}/db
User ${userInfo().username}
StreamMaxLength ${maxBytes}
MaxThreads 4
`,
    );
    const scanner = new Clamd(port, folder);
    await untilListening(scanner.#child, port, 'clamd');
    return scanner;
  }

  private constructor(port: number, folder: string) {
    this.address = { host: '127.0.0.1', port };
    this.#folder = folder;
    this.#child = this.#spawn();
  }

  async stop(): Promise<void> {
    await end(this.#child);
  }

  async startAgain(): Promise<void> {
    this.#child = this.#spawn();
    await untilListening(this.#child, this.address.port, 'clamd');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  #spawn(): ChildProcess {
    return spawn('clamd', ['--config-file', path.join(this.#folder, 'clamd.conf')], {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      stdio: 'ignore',
    });
  }
}
