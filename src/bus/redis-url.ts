const PORT = '6379';
const SENTINEL_PORT = '26379';

/** Of one server, for logs: without user and password. */
export function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || PORT}`;
}

/** The same with another server: what else the URL says holds for all of them. */
export function urlAt(url: string, host: string, port: number): string {
  const at = new URL(url);
  at.hostname = /^[^[].*:/.test(host) ? `[${host}]` : host;
  at.port = String(port);
  return at.href;
}

/** The URLs of settings that name several servers: all with the user, the password and the scheme of the first. */
export function serverUrls(urls: readonly string[], mode: 'sentinel' | 'cluster'): string[] {
  const first = new URL(urls[0] ?? '');
  // Sentinels have no databases, nor has a cluster.
  first.pathname = '';
  return urls.map((url) => {
    const { hostname, port } = new URL(url);
    const usual = mode === 'sentinel' ? SENTINEL_PORT : PORT;
    first.hostname = hostname;
    first.port = port || usual;
    return first.href;
  });
}
