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
import type { FrameHandler } from './frame-handler.ts';
import { HttpError, isOurFault, toProblem } from './problem.ts';
import { UwsSocket } from './uws-socket.ts';

export interface WsParts {
  readonly hub: Hub;
  readonly authenticate: Authenticate;
  readonly mayComeFrom: OriginCheck;
  readonly handleFrame: FrameHandler;
  readonly limits: Limits;
  readonly clientAddress: ClientAddress;
  readonly isDraining: () => boolean;
  readonly logger: Logger;
}

interface UserData {
  readonly address: Address;
  /** Who comes, and with what; nobody keeps it once the socket is open. */
  opening: { readonly identity: Identity; readonly cursor: string | undefined } | undefined;
  /** Until `open` there is no socket, so no session. */
  connection: { readonly session: Session; readonly socket: UwsSocket } | undefined;
}

/** A frame around the largest content: what the 256 messages of native backpressure are counted in. */
const MESSAGE_BYTES = MAX_CONTENT_BYTES + 512;

/** Half of what `Buffer.from(…).toString()` costs. uWebSockets.js has seen to it that the bytes are UTF-8. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `GET /ws`: the one place where WebSockets come in. */
export function serveWebSockets(app: TemplatedApp, parts: WsParts): void {
  app.ws<UserData>('/ws', {
    // Twice what is allowed: uWebSockets.js cuts without a close frame, and the client should see 1009.
    maxPayloadLength: 2 * MAX_FRAME_BYTES,
    maxBackpressure: MAX_UNDELIVERED_MESSAGES * MESSAGE_BYTES,
    // A flag, typed as a number in the package's declarations.
    closeOnBackpressureLimit: 1,
    // uWebSockets.js pings by itself, PONG_TIMEOUT_S before the socket would be idle for this long.
    idleTimeout: PING_INTERVAL_S + PONG_TIMEOUT_S,
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => void upgrade(res, req, context, parts),
    open: (ws) => open(ws, parts),
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
    dropped: (ws) => abandon(ws.getUserData()),
    drain: (ws) => ws.getUserData().connection?.session.drained(),
    close(ws) {
      const data = ws.getUserData();
      abandon(data);
      if (data.connection === undefined) return;
      const { session } = data.connection;
      parts.limits.closed(session.userId, data.address);
      parts.hub.disconnect(session);
    },
  });
}

function mayComeIn(session: Session, { limits }: WsParts): boolean {
  if (limits.frame(session.userId) === 0) return true;
  session.close(CloseCode.tooMany, 'too many frames');
  return false;
}

/** The socket is gone, or as good as gone. */
function abandon({ connection }: UserData): void {
  connection?.socket.markClosed();
  connection?.session.ended();
}

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
): Promise<void> {
  // `req` is dead after the first await.
  const key = req.getHeader('sec-websocket-key');
  const protocols = req.getHeader('sec-websocket-protocol');
  const extensions = req.getHeader('sec-websocket-extensions');
  const origin = req.getHeader('origin');
  const host = req.getHeader('host');
  const cursor = req.getQuery('cursor') || undefined;
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
    const data: UserData = { address, opening: { identity, cursor }, connection: undefined };
    // Not corked: when the upgrade's realloc leaves the socket in place, `cork` of uWebSockets.js takes it for HTTP still,
    // and now and then closes it.
    res.upgrade(data, key, selectProtocol(protocols), extensions, context);
  } catch (error) {
    if (isOurFault(error)) parts.logger.warn({ err: error }, 'a socket was not accepted');
    if (aborted) return;
    const { status, type, body, headers } = toProblem(error);
    res.cork(() => {
      res.writeStatus(String(status)).writeHeader('Content-Type', type);
      for (const [name, value] of Object.entries(headers ?? {})) res.writeHeader(name, value);
      res.end(Buffer.from(body));
    });
  }
}

function open(ws: WebSocket<UserData>, { hub, limits, logger }: WsParts): void {
  const data = ws.getUserData();
  const { opening } = data;
  if (opening === undefined) return;
  data.opening = undefined;
  // Closed and not refused before the upgrade: browsers don't see why a handshake failed.
  const verdict = limits.opened(opening.identity.userId, data.address);
  if (verdict !== 'stays') {
    ws.end(CloseCode.tooMany, verdict);
    return;
  }
  const socket = new UwsSocket(ws);
  const session = new Session(opening.identity.userId, opening.identity.expiresAt, socket);
  data.connection = { session, socket };
  hub.connect(session, opening.cursor).catch((error: unknown) => {
    logger.warn({ err: error, connectionId: session.connectionId }, 'a socket could not be served');
    session.close(CloseCode.restarting, 'temporarily unavailable');
  });
}
