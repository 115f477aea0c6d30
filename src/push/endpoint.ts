/**
 * Whether a push subscription leads to one of `hosts`, so that a client cannot make us ask whomever it likes: https at the usual port, or an origin that is listed as it is.
 *
 * @param hosts hosts, `*.` before one for all below it, or origins
 */
export function isAllowedEndpoint(url: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, port, hostname, username, password } = new URL(url);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return false;
  return hosts.some((host) => {
    if (host.includes('://')) return host === origin;
    if (protocol !== 'https:' || port !== '') return false;
    return host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host;
  });
}
