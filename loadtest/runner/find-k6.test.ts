import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findK6 } from './find-k6.ts';

let bin: string;
let logged: string[];
const find = () => findK6((line) => logged.push(line), path.join(bin, 'own'));
/** A program of this name on PATH, which is otherwise empty. */
const install = (name: string, script: string): Promise<void> =>
  writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const says = (version: string): string => `echo "k6 ${version} (go1.26.8, linux/amd64)"`;

beforeEach(async () => {
  logged = [];
  bin = await mkdtemp(path.join(tmpdir(), 'parley-find-k6-'));
  vi.stubEnv('PATH', bin);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(bin, { recursive: true });
});

test('k6 on PATH is taken', async () => {
  await install('k6', says('v1.2.3'));
  expect(await find()).toBe('k6');
});

test('one that does not run TypeScript is none, and without Go there is no other', async () => {
  await install('k6', says('v0.49.0'));
  expect(await find()).toBeUndefined();
  expect(logged).toEqual([]);
});

test('with Go it is built, once', async () => {
  const k6 = `#!/bin/sh\n${says('v1.8.1')}`;
  // PATH has nothing: no cat, no chmod.
  await install(
    'go',
    `[ "$1" = version ] && exit; [ "$2" = go.k6.io/k6@v1.8.1 ] || exit 1
/bin/mkdir -p "$GOBIN"; printf '%s\\n' '${k6}' > "$GOBIN/k6"; /bin/chmod 755 "$GOBIN/k6"`,
  );
  expect(await find()).toBe(path.join(bin, 'own', 'k6'));
  expect(await find()).toBe(path.join(bin, 'own', 'k6'));
  expect(logged).toEqual(['building k6 v1.8.1 with Go, which takes a few minutes']);
});

test('a Go that can not build it is an error', async () => {
  await install('go', '[ "$1" = version ] && exit; echo "no network" >&2; exit 1');
  await expect(find()).rejects.toThrow('no network');
});
