import { ParleyError } from '../errors.ts';

export interface Claims {
  readonly userId: string;
  /** By the server's clock, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** How long it was made for, in milliseconds; `Infinity` when it does not say. */
  readonly lifetimeMs: number;
}

/** Reads without verifying: that is the server's business. The error repeats nothing of the token. */
export function readToken(token: string): Claims {
  try {
    const [, payload = ''] = token.split('.');
    const base64 = payload.replaceAll('-', '+').replaceAll('_', '/');
    // Claims that are not ASCII come out wrong, and are of no interest.
    const { sub, exp, iat } = JSON.parse(atob(base64)) as Record<string, unknown>;
    if (typeof sub === 'string' && typeof exp === 'number') {
      const lifetimeMs = typeof iat === 'number' && iat < exp ? (exp - iat) * 1_000 : Infinity;
      return { userId: sub.toLowerCase(), expiresAt: exp * 1_000, lifetimeMs };
    }
  } catch {
    // Told below.
  }
  throw new ParleyError(
    'invalid_token',
    'the token provider must give a JWT with `sub` and `exp` claims',
  );
}
