import path from 'node:path';
import { packagePath } from '../../src/lib/package-path.ts';
import { run } from '../../src/lib/run.ts';

const VERSION = 'v1.8.1';
/** The first that runs TypeScript as it is and has `k6/websockets`. */
const MIN_MAJOR = 1;
/** Where it is kept that it need not be built again. */
const OWN_FOLDER = packagePath('node_modules/.cache/k6');
/** Two minutes on an idle machine with two cores. */
const INSTALL_MS = 600_000;

/** For a machine that has neither. */
export const K6_MISSING = `k6 is missing: install it (https://grafana.com/docs/k6/latest/set-up/install-k6/), or Go, with which it is built: go install go.k6.io/k6@${VERSION}`;

/**
 * k6 from PATH, or else built with Go, once.
 *
 * @param folder where that one is kept
 * @returns its path; `undefined` where neither k6 nor Go is to be found
 * @throws Error when Go is there and can't build it
 */
export async function findK6(
  log: (line: string) => void,
  folder: string = OWN_FOLDER,
): Promise<string | undefined> {
  const own = path.join(folder, 'k6');
  for (const k6 of ['k6', own]) if (await isUsable(k6)) return k6;
  if ((await output('go', 'version')) === undefined) return undefined;
  log(`building k6 ${VERSION} with Go, which takes a few minutes`);
  await run('go', ['install', `go.k6.io/k6@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    timeout: INSTALL_MS,
  });
  return own;
}

async function isUsable(k6: string): Promise<boolean> {
  const major = /^k6\S* v(\d+)\./.exec((await output(k6, 'version')) ?? '')?.[1];
  return major !== undefined && Number(major) >= MIN_MAJOR;
}

const output = (command: string, ...args: string[]): Promise<string | undefined> =>
  run(command, args).catch(() => undefined);
