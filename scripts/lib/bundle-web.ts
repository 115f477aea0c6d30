import path from 'node:path';
import { type Metafile, type Plugin, build } from 'esbuild';
import { packagePath } from '../../src/lib/package-path.ts';

const PAGE = 'src/web/page';
const INBOX = 'src/web/inbox';
const EMOJI = ['catalogue', 'names/en', 'names/de', 'names/ar'];

/** Without a hash: who has an older inbox.js finds it too. It is only data. */
const later = (name: string): string => `inbox.${path.basename(name)}`;

/** Whoever opens no picker needs none of them. All else that is imported later is in inbox.js: it could be of another version than that. */
const emojiLater: Plugin = {
  name: 'emoji in files of their own',
  setup(setup) {
    setup.onResolve({ filter: /^\.\/(catalogue|names\/\w+)\.ts$/ }, ({ kind, path: name }) =>
      kind === 'dynamic-import'
        ? { path: `./${later(name).replace(/\.ts$/, '.js')}`, external: true }
        : undefined,
    );
  },
};

/**
 * Bundles what browsers load from a node, straight from the source: `inbox.js` with the `inbox.….js` that it loads when they are needed,
 * `parley-sw.js`, and in `demo/` the marketplace page with its files.
 *
 * @param folder where to, `dist/web` when left out
 */
export async function bundleWeb(folder = packagePath('dist/web')): Promise<Metafile> {
  const common = {
    absWorkingDir: packagePath('.'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    sourcemap: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  } as const;
  const [inbox] = await Promise.all([
    build({
      ...common,
      entryPoints: { inbox: `${PAGE}/inbox.ts` },
      outdir: folder,
      plugins: [emojiLater],
    }),
    // Not a module: Firefox's service workers can't be.
    build({
      ...common,
      entryPoints: { 'parley-sw': 'src/web/worker/parley-sw.ts' },
      format: 'iife',
      outdir: folder,
    }),
    build({
      ...common,
      entryPoints: Object.fromEntries(
        EMOJI.map((name) => [later(name), `${INBOX}/emoji/${name}.ts`]),
      ),
      outdir: folder,
    }),
    build({
      ...common,
      entryPoints: [
        `${PAGE}/page.ts`,
        `${PAGE}/page.css`,
        `${PAGE}/*.html`,
        `${PAGE}/pictures/*.svg`,
      ],
      outbase: PAGE,
      outdir: path.join(folder, 'demo'),
      external: ['/demo/*'],
      loader: { '.html': 'copy', '.svg': 'copy' },
      // The page loads what any other page without a bundler would.
      plugins: [
        {
          name: 'inbox.js of the node',
          setup(setup) {
            setup.onResolve({ filter: /\/inbox\.ts$/ }, () => ({
              path: '/inbox.js',
              external: true,
            }));
          },
        },
      ],
    }),
  ]);
  return inbox.metafile;
}
