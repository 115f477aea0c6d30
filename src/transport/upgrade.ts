import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { AuthError, type Authenticate, type Identity } from '../auth/authenticate.ts';
import { findCredentials, selectProtocol } from '../auth/credentials.ts';
import type { OriginCheck } from '../auth/origin.ts';
import type { Address } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { createTurns } from '../lib/turns.ts';
import { rateLimited } from '../protocol/errors.ts';
import type { ClientAddress } from './client-address.ts';
import { HttpError, isOurFault, toProblem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

export interface UpgradeParts {
  readonly authenticate: Authenticate;
  readonly mayComeFrom: OriginCheck;
  readonly limits: Limits;
  readonly clientAddress: ClientAddress;
  readonly isDraining: () => boolean;
  readonly onRefused: (reason: UpgradeRefusal) => void;
  readonly logger: Logger;
}

export type UpgradeRefusal =
  | 'unauthenticated'
  | 'forbidden_origin'
  | 'rate_limited'
  | 'draining'
  | 'unavailable';

/** Who comes, and with what. */
export interface Opening {
  readonly address: Address;
  readonly identity: Identity;
  readonly cursor: string | undefined;
  readonly requestId: string;
}

/** Answers a handshake: with 101, or with a problem and no socket. */
export type Upgrade = (res: HttpResponse, req: HttpRequest, context: us_socket_context_t) => void;

/** @param toUserData makes what uWebSockets.js keeps with the socket */
export function createUpgrade(
  parts: UpgradeParts,
  toUserData: (opening: Opening) => object,
): Upgrade {
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown, requestId: string) =>
    parts.logger.warn({ err, requestId, leftOut }, 'a socket was not accepted'),
  );
  return (res, req, context) => void upgrade(res, req, context, parts, toUserData, report);
}

const refusal = (status: number, error: unknown): UpgradeRefusal => {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden_origin';
  if (status === 429) return 'rate_limited';
  return isOurFault(error) ? 'unavailable' : 'draining';
};

const restarting = () =>
  new HttpError(503, 'unavailable', 'this node is restarting', { 'Retry-After': '1' });

/**
 * When another node has died, all its clients come at once. Taking one costs about 200 µs: those who chat here already must
 * not wait for thousands of them.
 */
const nextTurn = createTurns(4);

async function upgrade(
  res: HttpResponse,
  req: HttpRequest,
  context: us_socket_context_t,
  parts: UpgradeParts,
  toUserData: (opening: Opening) => object,
  report: (error: unknown, requestId: string) => void,
): Promise<void> {
  // `req` is dead after the first await.
  const key = req.getHeader('sec-websocket-key');
  const protocols = req.getHeader('sec-websocket-protocol');
  const extensions = req.getHeader('sec-websocket-extensions');
  const origin = req.getHeader('origin');
  const host = req.getHeader('host');
  const cursor = req.getQuery('cursor') || undefined;
  const requestId = requestIdOf(req.getHeader('x-request-id'));
  const address = parts.clientAddress(res, req);
  const credentials = findCredentials({
    authorization: req.getHeader('authorization'),
    protocols,
    cookie: req.getHeader('cookie'),
    query: req.getQuery('token'),
  });
  let aborted = false;
  res.onAborted(() => (aborted = true));
  try {
    if (parts.isDraining()) throw restarting();
    const wait = parts.limits.handshake(address);
    if (wait > 0) throw rateLimited('connections', wait);
    // Browsers always say where a socket is opened from; the cookie is worth nothing without that.
    if ((origin !== '' || credentials?.place === 'cookie') && !parts.mayComeFrom(origin, host)) {
      throw new HttpError(403, 'forbidden_origin', 'this origin may not connect');
    }
    if (credentials === undefined) throw new AuthError('a token is required');
    await nextTurn();
    if (aborted) return;
    const identity = await parts.authenticate(credentials.token);
    if (aborted) return;
    if (parts.isDraining()) throw restarting();
    const data = toUserData({ address, identity, cursor, requestId });
    // Not corked: when the upgrade's realloc leaves the socket in place, `cork` of uWebSockets.js takes it for HTTP still,
    // and now and then closes it.
    res.upgrade(data, key, selectProtocol(protocols), extensions, context);
  } catch (error) {
    if (isOurFault(error)) report(error, requestId);
    const { status, type, body, headers } = toProblem(error);
    parts.onRefused(refusal(status, error));
    if (aborted) return;
    res.cork(() => {
      res.writeStatus(String(status)).writeHeader('Content-Type', type);
      res.writeHeader('X-Request-Id', requestId);
      for (const [name, value] of Object.entries(headers ?? {})) res.writeHeader(name, value);
      res.end(Buffer.from(body));
    });
  }
}
