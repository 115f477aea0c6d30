import type { OriginCheck } from '../auth/origin.ts';

/** The Fetch standard, "CORS protocol": allowed origins may read answers and send tokens. */
export function corsHeaders(
  { origin, host }: { readonly origin: string; readonly host: string },
  mayComeFrom: OriginCheck,
): Readonly<Record<string, string>> {
  // Caches must not give one origin what another got.
  if (origin === '' || !mayComeFrom(origin, host)) return { Vary: 'Origin' };
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Traceparent, X-Request-Id',
    'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
    'Access-Control-Expose-Headers': 'X-Request-Id',
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
}
