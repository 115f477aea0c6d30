import { AuthError, type Authenticate, type Identity } from '../auth/authenticate.ts';
import { findCredentials } from '../auth/credentials.ts';
import type { OriginCheck } from '../auth/origin.ts';
import type { Limits } from '../limits/limits.ts';
import { rateLimited } from '../protocol/errors.ts';
import { HttpError } from './problem.ts';
import type { RequestHead } from './request-head.ts';

export interface AdmissionParts {
  readonly authenticate: Authenticate;
  readonly mayComeFrom: OriginCheck;
  readonly limits: Limits;
}

/**
 * The caller, when they are who they say and within their limits.
 *
 * @param route a send counts as a frame does: the limit on requests knows no repeats
 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export async function admit(
  head: RequestHead,
  { method, isSend }: { readonly method: Method; readonly isSend?: boolean },
  parts: AdmissionParts,
): Promise<Identity> {
  const { limits } = parts;
  // A valid token is never refused for what others behind its address do.
  const identity = await identify(head, method, parts).catch((error: unknown) => {
    refuseOver(limits.anonymousRequest(head.address));
    throw error;
  });
  refuseOver((isSend === true ? limits.frame : limits.request)(identity.userId));
  return identity;
}

/** @param wait in milliseconds */
export function refuseOver(wait: number): void {
  if (wait > 0) throw rateLimited('requests', wait);
}

async function identify(
  head: RequestHead,
  method: Method,
  parts: AdmissionParts,
): Promise<Identity> {
  const credentials = findCredentials({
    authorization: head.authorization,
    protocols: '',
    cookie: head.cookie,
    query: head.query['token'],
  });
  if (credentials === undefined) throw new AuthError('a token is required');
  // A browser sends the cookie whoever made it send the request.
  if (
    credentials.place === 'cookie' &&
    method !== 'GET' &&
    !parts.mayComeFrom(head.origin, head.host)
  ) {
    throw new HttpError(403, 'forbidden_origin', 'this origin may not use the cookie');
  }
  return parts.authenticate(credentials.token);
}
