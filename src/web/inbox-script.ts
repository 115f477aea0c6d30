import { readdir } from 'node:fs/promises';
import type { Route } from '../transport/http.ts';
import { builtFile, builtPath } from './built-file.ts';

/** Any page may load it: it holds no secrets, and who may chat from there is `ALLOWED_ORIGINS`' business. */
const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'public, max-age=300',
};

/** The inbox and the client as one module, for pages without a bundler, and what that module loads later: `inbox.….js`. */
export async function inboxScriptRoutes(): Promise<Route[]> {
  const later = (await readdir(builtPath('.'))).filter((name) =>
    /^inbox\..+\.js(\.map)?$/.test(name),
  );
  return Promise.all(
    ['inbox.js', 'inbox.js.map', ...later].map((name) => builtFile(`/${name}`, name, HEADERS)),
  );
}
