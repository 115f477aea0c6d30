import {
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  errors,
  jwtVerify,
} from 'jose';
import type { JwtRules } from '../config.ts';
import { unavailable } from '../protocol/errors.ts';
import { uuid } from '../protocol/values.ts';

/** Who sends a request, and until when that is certain. */
export interface Identity {
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** All that the token says. */
  readonly claims: JWTPayload;
}

/** The token is missing, malformed, forged or not valid now. Its text never repeats any part of a token. */
export class AuthError extends Error {
  readonly code = 'unauthenticated';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AuthError';
  }
}

/**
 * Token → identity. Rejects with {@link AuthError}, or with a `ProtocolError` `unavailable` when the keys could not be
 * fetched: then nothing is known about the token.
 */
export type Authenticate = (token: string) => Promise<Identity>;

export type AuthConfig = JwtRules &
  (
    | {
        readonly kind: 'secret';
        readonly secret: string;
        readonly previousSecret: string | undefined;
      }
    | { readonly kind: 'jwks'; readonly keys: JWTVerifyGetKey }
  );

/**
 * HS256 with a secret, or the one before it, or RS256, ES256 and EdDSA with the keys of a JWKS; never both families, so that a public key
 * can't be used as a secret (RFC 8725, section 3.1). `sub` and `exp` are required.
 */
export function createAuthenticate(config: AuthConfig): Authenticate {
  const verify = createVerify(config);
  return async (token) => {
    const payload = await verify(token).catch((error: unknown) => {
      throw toAuthError(error);
    });
    const user = uuid.safeParse(payload.sub);
    if (!user.success) throw new AuthError('sub must be a UUID');
    if (payload.exp === undefined) throw new AuthError('exp is required');
    return { userId: user.data, expiresAt: payload.exp * 1_000, claims: payload };
  };
}

function createVerify(config: AuthConfig): (token: string) => Promise<JWTPayload> {
  const rules: JWTVerifyOptions = {
    requiredClaims: ['sub', 'exp'],
    ...(config.issuer === undefined ? {} : { issuer: config.issuer }),
    ...(config.audience === undefined ? {} : { audience: config.audience }),
  };
  if (config.kind === 'secret') {
    const current = verifyWith(config.secret, rules);
    if (config.previousSecret === undefined) return current;
    const previous = verifyWith(config.previousSecret, rules);
    return (token) =>
      current(token).catch((error: unknown) => {
        if (error instanceof errors.JWSSignatureVerificationFailed) return previous(token);
        throw error;
      });
  }
  const { keys } = config;
  return async (token) =>
    (await jwtVerify(token, keys, { ...rules, algorithms: ['RS256', 'ES256', 'EdDSA'] })).payload;
}

function verifyWith(
  secret: string,
  rules: JWTVerifyOptions,
): (token: string) => Promise<JWTPayload> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  // From bytes jose would make the key anew for each token, which takes as long as the check itself.
  const key = crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hmac, false, [
    'verify',
  ]);
  return async (token) =>
    (await jwtVerify(token, await key, { ...rules, algorithms: ['HS256'] })).payload;
}

function toAuthError(error: unknown): Error {
  if (error instanceof errors.JWTExpired)
    return new AuthError('the token has expired', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new AuthError(`the token's ${error.claim} is wrong or missing`, { cause: error });
  }
  // jose's base class, and what is no error of jose's, stand for a JWKS that could not be had or read.
  const isVerdict = error instanceof errors.JOSEError && error.constructor !== errors.JOSEError;
  const isAboutKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  if (isVerdict && !isAboutKeys) return new AuthError('the token is not valid', { cause: error });
  return unavailable(error);
}
