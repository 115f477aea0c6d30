import { type KeyObject, verify } from 'node:crypto';

export interface CheckedJwt {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** A JWT in its compact form (RFC 7515, section 3.1), without what we sign with. @returns `undefined` when the signature is not right */
export function checkJwt(
  token: string,
  alg: 'ES256' | 'RS256',
  publicKey: KeyObject,
): CheckedJwt | undefined {
  const [header = '', claims = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) return undefined;
  // RFC 7518, section 3.4: the two numbers of the signature one behind the other.
  const key = {
    key: publicKey,
    ...(alg === 'ES256' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  };
  const bytes = Buffer.from(signature, 'base64url');
  if (!verify('sha256', Buffer.from(`${header}.${claims}`), key, bytes)) return undefined;
  const checked = { header: parse(header), claims: parse(claims) };
  return checked.header['alg'] === alg ? checked : undefined;
}

const parse = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
