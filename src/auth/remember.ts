import { createHash } from 'node:crypto';
import type { Authenticate, Identity } from './authenticate.ts';

/** A signature is checked again after this, in milliseconds, so that a key that was withdrawn does not live on here. */
const MAX_AGE_MS = 60_000;
/** About 250 bytes each. */
const MAX_TOKENS = 10_000;

interface Known {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Remembers who a token stands for, for a minute and never past its `exp`: a client makes its requests in bursts, and to
 * check one costs as much as a fifth of the whole request. Only hashes of tokens are kept, and only of valid ones; of too
 * many the oldest go.
 *
 * @param clock milliseconds since 1970
 */
export function rememberTokens(authenticate: Authenticate, clock = Date.now): Authenticate {
  const known = new Map<string, Known>();
  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64');
    const found = known.get(key);
    if (found !== undefined && clock() < found.until) return found.identity;
    // Also when it is not valid any more.
    known.delete(key);
    const identity = await authenticate(token);
    known.set(key, { identity, until: Math.min(identity.expiresAt, clock() + MAX_AGE_MS) });
    // A Map keeps the order in which keys came.
    if (known.size > MAX_TOKENS) known.delete(known.keys().next().value ?? '');
    return identity;
  };
}
