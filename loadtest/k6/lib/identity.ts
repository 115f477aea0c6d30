import crypto from 'k6/crypto';
import encoding from 'k6/encoding';

export interface User {
  readonly id: string;
  readonly token: string;
}

/** Beyond the run's end, so that no socket is closed for it, in seconds. */
const SPARE_S = 3_600;

/** @param name the same name is the same user @param runS how long the run takes, in seconds */
export const userOf = (name: string, secret: string, runS: number): User => {
  const id = uuidOf(name);
  return { id, token: signToken(id, secret, runS + SPARE_S) };
};

/** A UUID of version 5 (RFC 9562, section 5.5), but for the namespace. */
function uuidOf(name: string): string {
  const hex = crypto.sha1(name, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A JWT (RFC 7519) with HS256. */
function signToken(sub: string, secret: string, lifetimeS: number): string {
  const exp = Math.floor(Date.now() / 1_000) + lifetimeS;
  const body = [
    { alg: 'HS256', typ: 'JWT' },
    { sub, exp },
  ]
    .map((part) => encoding.b64encode(JSON.stringify(part), 'rawurl'))
    .join('.');
  return `${body}.${crypto.hmac('sha256', secret, body, 'base64rawurl')}`;
}
