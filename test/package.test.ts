import { spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import { type Consumer, packForConsumer } from './support/packed.ts';

/** What a page loads at its start, and what it loads with the first edit, reaction, upload, setting or notification. */
const MAX_CLIENT_BYTES = { start: 15.7 * 1_024, later: 3.4 * 1_024 };

let consumer: Consumer;
beforeAll(async () => {
  consumer = await packForConsumer();
});
afterAll(() => consumer[Symbol.asyncDispose]());

/** Runs one of our development tools. @returns everything it says, when it fails */
function complaint(tool: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(packagePath(`node_modules/.bin/${tool}`), args, {
    cwd: consumer.at('.'),
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${tool} ended with ${status}: ${stdout}${stderr}`;
}

interface Bundle {
  /** What is loaded at once, in one file or in several. */
  readonly start: readonly string[];
  /** What is loaded later. */
  readonly later: readonly string[];
  /** Which modules are still imported. */
  readonly imports: readonly string[];
}

/** What `code` becomes for a page. */
async function bundle(code: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: consumer.at('.') },
    absWorkingDir: consumer.at('.'),
    bundle: true,
    splitting: true,
    outdir: 'bundle',
    minify: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    write: false,
  });
  const textsOf = (names: readonly string[]): string[] =>
    names.map((name) => outputFiles.find((file) => file.path === consumer.at(name))?.text ?? '');
  const names = Object.keys(metafile.outputs);
  const atOnce = new Set(names.filter((name) => name.endsWith('stdin.js')));
  // A set gives what is added meanwhile too.
  for (const name of atOnce)
    for (const { path: imported, kind } of metafile.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && names.includes(imported)) atOnce.add(imported);
  return {
    start: textsOf([...atOnce]),
    later: textsOf(names.filter((name) => !atOnce.has(name))),
    imports: Object.values(metafile.outputs)
      .flatMap((output) => output.imports)
      .map((it) => it.path)
      .filter((name) => !names.includes(name)),
  };
}

test('publint finds nothing wrong with what would be published', async () => {
  const { buffer } = new Uint8Array(await readFile(consumer.tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('Are The Types Wrong? finds them right', () => {
  expect(complaint('attw', '--profile', 'esm-only', '--no-color', consumer.tarball)).toBe('');
});

test('the tarball has what a node runs on, and no tests', async () => {
  const all = await readdir(consumer.at('node_modules/parley'), { recursive: true });
  expect(all).toEqual(
    expect.arrayContaining([
      'dist/main.js',
      'dist/web/inbox.js',
      'dist/web/demo/index.html',
      'drizzle/meta/_journal.json',
      'src/web/docs.html',
      'LICENSE',
    ]),
  );
  expect(all.filter((name) => /\.test\.|\btesting\b|tsbuildinfo|\.parley/.test(name))).toEqual([]);
});

test('parley/client has no dependency and is small, minified and gzipped', async () => {
  const { imports, ...parts } = await bundle(`export * from 'parley/client';`);
  expect(imports).toEqual([]);
  for (const name of ['start', 'later'] as const) {
    // Each file is compressed by itself.
    const sizes = parts[name].map((text) => gzipSync(text, { level: 9 }).length);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const most = MAX_CLIENT_BYTES[name];
    console.log(`parley/client, ${name}: ${sizes.join(' + ')} bytes minified and gzipped`);
    expect(bytes, `${name}: ${bytes - most} bytes too many`).toBeLessThanOrEqual(most);
  }
});

test('importing the inbox for its element alone is not shaken off; importing nothing of the client is', async () => {
  expect((await bundle(`import 'parley/inbox';`)).start.join('')).toContain('parley-inbox');
  expect((await bundle(`import {} from 'parley/client';`)).start.join('')).toBe('');
});

test('Node loads parley/client', async () => {
  await consumer.write(
    'load.js',
    `import * as it from 'parley/client'; console.log(typeof it.createClient);`,
  );
  expect(await run(process.execPath, [consumer.at('load.js')])).toBe('function\n');
});

test('every source map leads to its source', async () => {
  const root = consumer.at('node_modules/parley/dist');
  const all = await readdir(root, { recursive: true });
  const maps = all.filter((name) => /^(client|web\/inbox)\/.*\.map$/.test(name));
  expect(maps.length).toBeGreaterThan(5);
  for (const name of maps) {
    const file = path.join(root, name);
    const { sources, sourcesContent } = JSON.parse(await readFile(file, 'utf8'));
    expect({ name, contents: sourcesContent?.length }).toEqual({ name, contents: sources.length });
    expect(await readFile(file.replace(/\.map$/, ''), 'utf8')).toContain(
      `//# sourceMappingURL=${path.basename(name)}`,
    );
  }
});

describe('types, as a strict project sees them', () => {
  const USE = {
    client: `
      import { type Message, ParleyError, createClient } from 'parley/client';
      const client = createClient({ token: async ({ reason }) => reason });
      client.conversations.subscribe(({ items }) => {
        const unread: number | undefined = items[0]?.unreadCount;
        // @ts-expect-error a number it is
        const wrong: string | undefined = items[0]?.listingId;
        return [unread, wrong];
      });
      export const failed = ({ status }: Message): boolean => status === 'failed';
      export const code = (error: unknown) => error instanceof ParleyError && error.code;
      // @ts-expect-error there is no such option
      createClient({ token: () => '', nothing: 1 });
    `,
    inbox: `
      import { createClient } from 'parley/client';
      import { type Listing, ParleyInbox } from 'parley/inbox';
      const inbox: ParleyInbox = document.createElement('parley-inbox');
      inbox.client = createClient({ token: () => '' });
      inbox.findListings = async (ids) => ids.map((id): Listing => ({ id, title: 'x' }));
      // @ts-expect-error ids of listings are numbers
      inbox.findListings = async (ids: readonly string[]) => [];
    `,
  };
  const OPTIONS = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    // Neither node's nor anything else's.
    types: [],
  };

  test.each([
    ['client', 'bundler', 'esnext'],
    ['client', 'nodenext', 'nodenext'],
    ['inbox', 'bundler', 'esnext'],
    ['inbox', 'nodenext', 'nodenext'],
  ] as const)('parley/%s with moduleResolution %s', async (entry, moduleResolution, module) => {
    const name = `${entry}-${moduleResolution}`;
    await consumer.write(`${name}.ts`, USE[entry]);
    await consumer.write(
      `${name}.json`,
      JSON.stringify({
        compilerOptions: { ...OPTIONS, moduleResolution, module },
        files: [`${name}.ts`],
      }),
    );
    expect(complaint('tsc', '-p', `${name}.json`)).toBe('');
  });

  test.each([
    ['parley/service-worker', ['es2022', 'webworker']],
    ['push.enable', OPTIONS.lib],
  ])('the example of docs/sdk.md with %s', async (what, lib) => {
    const docs = await readFile(packagePath('docs/sdk.md'), 'utf8');
    const all = Array.from(docs.matchAll(/^```ts\n(.*?)^```/gms), ([, code = '']) => code);
    await consumer.write('example.ts', all.find((code) => code.includes(what)) ?? 'missing');
    const compilerOptions = { ...OPTIONS, lib, moduleResolution: 'bundler', module: 'esnext' };
    const files = ['example.ts'];
    await consumer.write('example.json', JSON.stringify({ compilerOptions, files }));
    expect(complaint('tsc', '-p', 'example.json')).toBe('');
  });
});
