import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packagePath } from '../../src/lib/package-path.ts';
import { run } from '../../src/lib/run.ts';

/** Another project that has installed what npm would publish, and of its dependencies those for browsers. */
export interface Consumer extends AsyncDisposable {
  readonly tarball: string;
  /** A path below the project. */
  at(relative: string): string;
  write(relative: string, text: string): Promise<void>;
}

/** Packs `dist/` as it is. */
export async function packForConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-packed-'));
  const at = (relative: string): string => path.join(folder, relative);
  const packed = await run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
    { cwd: packagePath('.') },
  );
  const tarball = at(packed.trim());
  await mkdir(at('node_modules/parley'), { recursive: true });
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', at('node_modules/parley')]);
  await mkdir(at('node_modules/@tanstack'));
  for (const name of ['lit', '@tanstack/virtual-core'])
    await symlink(packagePath(`node_modules/${name}`), at(`node_modules/${name}`));
  await writeFile(at('package.json'), '{ "type": "module" }');
  return {
    tarball,
    at,
    write: (relative, text) => writeFile(at(relative), text),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
