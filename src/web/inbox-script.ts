import type { Route } from '../transport/http.ts';
import { builtFile } from './built-file.ts';

/** Any page may load it: it holds no secrets, and who may chat from there is `ALLOWED_ORIGINS`' business. */
const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'public, max-age=300',
};

/** The inbox and the client as one module, for pages without a bundler. */
export const inboxScriptRoutes = (): Promise<Route[]> =>
  Promise.all(['inbox.js', 'inbox.js.map'].map((name) => builtFile(`/${name}`, name, HEADERS)));
