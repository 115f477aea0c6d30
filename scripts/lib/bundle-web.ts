import path from 'node:path';
import { type Metafile, build } from 'esbuild';
import { packagePath } from '../../src/lib/package-path.ts';

const PAGE = 'src/web/page';

/**
 * Bundles what browsers load from a node, straight from the source: `inbox.js`, and in `demo/` the marketplace page with its files.
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
    sourcemap: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  } as const;
  const [inbox] = await Promise.all([
    build({ ...common, entryPoints: [`${PAGE}/inbox.ts`], outfile: path.join(folder, 'inbox.js') }),
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
