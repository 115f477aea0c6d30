import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  WebSocket,
  us_socket_context_t,
} from 'uWebSockets.js';
import { AuthError, type Authenticate, type Identity } from '../auth/authenticate.ts';
import { findCredentials, selectProtocol } from '../auth/credentials.ts';
import type { OriginCheck } from '../auth/origin.ts';
import type { Hub } from '../hub/hub.ts';
import { Session } from '../hub/session.ts';
import type { Address } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import type { Logger } from '../lib/logger.ts';
import { sparing } from '../lib/sparing.ts';
import { createTurns } from '../lib/turns.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { rateLimited } from '../protocol/errors.ts';
import {
  MAX_CONTENT_BYTES,
  MAX_FRAME_BYTES,
  MAX_UNDELIVERED_MESSAGES,
  PING_INTERVAL_S,
  PONG_TIMEOUT_S,
} from '../protocol/limits.ts';
import type { ClientAddress } from './client-address.ts';
import { type CloseReason, closeReason } from './close-reason.ts';
import type { FrameHandler } from './frame-handler.ts';
import { HttpError, isOurFault, toProblem } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { UwsSocket } from './uws-socket.ts';

export interface WsParts {
  readonly hub: Hub;
  readonly authenticate: Authenticate;
  readonly mayComeFrom: OriginCheck;
  readonly handleFrame: FrameHandler;
  readonly limits: Limits;
  readonly clientAddress: ClientAddress;
  readonly isDraining: () => boolean;
  readonly observer: SocketObserver;
  readonly logger: Logger;
}

export type UpgradeRefusal =
  | 'unauthenticated'
  | 'forbidden_origin'
  | 'rate_limited'
  | 'draining'
  | 'unavailable';

export interface SocketObserver {
  refused(reason: UpgradeRefusal): void;
  opened(): void;
  /** PostgreSQL or Redis failed while it connected. */
  unserved(): void;
  closed(reason: CloseReason): void;
}

interface UserData {
  readonly address: Address;
  /** Who comes, and with what; nobody keeps it once the socket is open. */
  opening: Opening | undefined;
  /** Until `open` there is no socket, so no session. */
  connection: { readonly session: Session; readonly socket: UwsSocket } | undefined;
}

interface Opening {
  readonly identity: Identity;
  readonly cursor: string | undefined;
  readonly requestId: string;
}

/** A frame around the largest content: what the 256 messages of native backpressure are counted in. */
const MESSAGE_BYTES = MAX_CONTENT_BYTES + 512;

/** Half of what `Buffer.from(…).toString()` costs. uWebSockets.js has seen to it that the bytes are UTF-8. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `GET /ws`: the one place where WebSockets come in. */
export function serveWebSockets(app: TemplatedApp, parts: WsParts): void {
  const reports = createReports(parts.logger);
  app.ws<UserData>('/ws', {
    // Twice what is allowed: uWebSockets.js cuts without a close frame, and the client should see 1009.
    maxPayloadLength: 2 * MAX_FRAME_BYTES,
    maxBackpressure: MAX_UNDELIVERED_MESSAGES * MESSAGE_BYTES,
    // A flag, typed as a number in the package's declarations.
    closeOnBackpressureLimit: 1,
    // uWebSockets.js pings by itself, PONG_TIMEOUT_S before the socket would be idle for this long.
    idleTimeout: PING_INTERVAL_S + PONG_TIMEOUT_S,
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => void upgrade(res, req, context, parts, reports),
    open: (ws) => open(ws, parts, reports),
    message(ws, message, isBinary) {
      const session = ws.getUserData().connection?.session;
      if (session === undefined) return;
      if (!mayComeIn(session, parts)) return;
      if (isBinary) session.close(CloseCode.badFrames, 'binary frames are not spoken here');
      else if (message.byteLength > MAX_FRAME_BYTES)
        session.close(CloseCode.tooBig, 'frame above 32 KiB');
      else session.receive(utf8.decode(message), parts.handleFrame);
    },
    // Answered by uWebSockets.js, which costs something too.
    ping(ws) {
      const session = ws.getUserData().connection?.session;
      if (session !== undefined) mayComeIn(session, parts);
    },
    // From the first drop on the socket has a hole: it is dead, whatever may still get through.
    dropped: (ws) => abandon(ws.getUserData(), CloseCode.tooSlow),
    drain: (ws) => ws.getUserData().connection?.session.drained(),
    close(ws, code) {
      const data = ws.getUserData();
      abandon(data);
      if (data.connection === undefined) return;
      const { session } = data.connection;
      parts.limits.closed(session.userId, data.address);
      parts.hub.disconnect(session);
      const reason = closeReason(session.closeCode, code);
      parts.observer.closed(reason);
      parts.logger.debug(
        { connectionId: session.connectionId, reason, code },
        'a socket was closed',
      );
    },
  });
}

function mayComeIn(session: Session, { limits }: WsParts): boolean {
  if (limits.frame(session.userId) === 0) return true;
  session.close(CloseCode.tooMany, 'too many frames');
  return false;
}

/** The socket is gone, or as good as gone. */
function abandon({ connection }: UserData, code?: CloseCode): void {
  connection?.socket.markClosed();
  connection?.session.ended(code);
}

/** While PostgreSQL or the keys are away every socket fails alike. In milliseconds. */
const REPORT_INTERVAL_MS = 1_000;

const createReports = (logger: Logger) => ({
  notAccepted: sparing(REPORT_INTERVAL_MS, (leftOut, err: unknown, requestId: string) =>
    logger.warn({ err, requestId, leftOut }, 'a socket was not accepted'),
  ),
  unserved: sparing(REPORT_INTERVAL_MS, (leftOut, err: unknown, connectionId: string) =>
    logger.warn({ err, connectionId, leftOut }, 'a socket could not be served'),
  ),
});
type Reports = ReturnType<typeof createReports>;

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
  parts: WsParts,
  reports: Reports,
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
    const data: UserData = {
      address,
      opening: { identity, cursor, requestId },
      connection: undefined,
    };
    // Not corked: when the upgrade's realloc leaves the socket in place, `cork` of uWebSockets.js takes it for HTTP still,
    // and now and then closes it.
    res.upgrade(data, key, selectProtocol(protocols), extensions, context);
  } catch (error) {
    if (isOurFault(error)) reports.notAccepted(error, requestId);
    const { status, type, body, headers } = toProblem(error);
    parts.observer.refused(refusal(status, error));
    if (aborted) return;
    res.cork(() => {
      res.writeStatus(String(status)).writeHeader('Content-Type', type);
      res.writeHeader('X-Request-Id', requestId);
      for (const [name, value] of Object.entries(headers ?? {})) res.writeHeader(name, value);
      res.end(Buffer.from(body));
    });
  }
}

function open(
  ws: WebSocket<UserData>,
  { hub, limits, observer, logger }: WsParts,
  reports: Reports,
): void {
  const data = ws.getUserData();
  const { opening } = data;
  if (opening === undefined) return;
  data.opening = undefined;
  observer.opened();
  // Closed and not refused before the upgrade: browsers don't see why a handshake failed.
  const verdict = limits.opened(opening.identity.userId, data.address);
  if (verdict !== 'stays') {
    ws.end(CloseCode.tooMany, verdict);
    observer.closed('too_many');
    return;
  }
  const socket = new UwsSocket(ws);
  const session = new Session(opening.identity.userId, opening.identity.expiresAt, socket);
  data.connection = { session, socket };
  const { connectionId, userId } = session;
  logger.debug({ connectionId, requestId: opening.requestId, userId }, 'a socket was opened');
  hub.connect(session, opening.cursor).catch((error: unknown) => {
    reports.unserved(error, connectionId);
    observer.unserved();
    session.close(CloseCode.restarting, 'temporarily unavailable');
  });
}
