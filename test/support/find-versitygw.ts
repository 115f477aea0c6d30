import path from 'node:path';
import { packagePath } from '../../src/lib/package-path.ts';
import { run } from '../../src/lib/run.ts';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw';
const VERSION = 'v1.8.0';
/** Where it is kept that it need not be built again. */
const FOLDER = packagePath('node_modules/.cache/versitygw');
/** A minute on an idle machine with two cores. */
const INSTALL_MS = 600_000;

/** For a machine that has neither. */
export const VERSITYGW_MISSING = `versitygw is missing: install Go, with which it is built (go install ${MODULE}@${VERSION})`;

/**
 * versitygw, a real S3 server over a directory, from PATH, or else built with Go, once.
 *
 * @returns its path; `undefined` where neither it nor Go is to be found
 * @throws Error when Go is there and can't build it
 */
export async function findVersitygw(): Promise<string | undefined> {
  const own = path.join(FOLDER, 'versitygw');
  for (const file of ['versitygw', own]) if (await runs(file, '--version')) return file;
  if (!(await runs('go', 'version'))) return undefined;
  console.log(`building versitygw ${VERSION} with Go, which takes a minute`);
  await run('go', ['install', `${MODULE}@${VERSION}`], {
    env: { ...process.env, GOBIN: FOLDER },
    timeout: INSTALL_MS,
  });
  return own;
}

const runs = (command: string, ...args: string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );
