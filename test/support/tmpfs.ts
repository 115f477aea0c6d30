import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../src/lib/run.ts';

/** A small disk. Only root of Linux may make one: {@link canMount}. */
export class Tmpfs implements AsyncDisposable {
  readonly dir: string;

  /** @param size as tmpfs(5) has it: `1m` */
  static async mount(size: string): Promise<Tmpfs> {
    const dir = await mkdtemp(path.join(tmpdir(), 'parley-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]);
    return new Tmpfs(dir);
  }

  private constructor(dir: string) {
    this.dir = dir;
  }

  async resize(size: string): Promise<void> {
    await run('mount', ['-o', `remount,size=${size}`, this.dir]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('umount', [this.dir]);
    await rmdir(this.dir);
  }
}

export const canMount = process.platform === 'linux' && process.getuid?.() === 0;
