import type { Route } from '../transport/http.ts';
import { builtFile } from './built-file.ts';

/** What shows notifications in browsers, for pages of this origin. Browsers look for a newer one by themselves. */
export async function workerScriptRoutes(): Promise<Route[]> {
  const headers = { 'Cache-Control': 'no-cache' };
  return Promise.all(
    ['parley-sw.js', 'parley-sw.js.map'].map((name) => builtFile(`/${name}`, name, headers)),
  );
}
