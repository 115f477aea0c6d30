/**
 * Says whether a request may come from where a browser says it does. With no `ALLOWED_ORIGINS` only the server's own
 * origin may; the scheme is not compared, since TLS ends at the balancer.
 *
 * @param origin the `Origin` header; '' when the client is no browser
 * @param host the `Host` header
 */
export type OriginCheck = (origin: string, host: string) => boolean;

export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  const origins = new Set(allowed);
  return (origin, host) => {
    if (origins.has(origin)) return true;
    return origins.size === 0 && URL.canParse(origin) && new URL(origin).host === host;
  };
}
