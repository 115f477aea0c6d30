import type { TemplatedApp, WebSocket } from 'uWebSockets.js';
import type { Hub } from '../hub/hub.ts';
import { Session } from '../hub/session.ts';
import type { Address } from '../limits/address.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import {
  MAX_CONTENT_BYTES,
  MAX_FRAME_BYTES,
  MAX_UNDELIVERED_MESSAGES,
  PING_INTERVAL_S,
  PONG_TIMEOUT_S,
} from '../protocol/limits.ts';
import { type CloseReason, closeReason } from './close-reason.ts';
import type { FrameHandler } from './frame-handler.ts';
import { type Opening, type UpgradeParts, type UpgradeRefusal, createUpgrade } from './upgrade.ts';
import { UwsSocket } from './uws-socket.ts';

export interface WsParts extends Omit<UpgradeParts, 'onRefused'> {
  readonly hub: Hub;
  readonly handleFrame: FrameHandler;
  readonly observer: SocketObserver;
}

export interface SocketObserver {
  refused(reason: UpgradeRefusal): void;
  opened(): void;
  /** PostgreSQL or Redis failed while it connected. */
  unserved(): void;
  closed(reason: CloseReason): void;
}

interface UserData {
  readonly address: Address;
  /** Nobody keeps it once the socket is open. */
  opening: Opening | undefined;
  /** Until `open` there is no socket, so no session. */
  connection: { readonly session: Session; readonly socket: UwsSocket } | undefined;
}

const toUserData = (opening: Opening): UserData => ({
  address: opening.address,
  opening,
  connection: undefined,
});

/** A frame around the largest content: what the 256 messages of native backpressure are counted in. */
const MESSAGE_BYTES = MAX_CONTENT_BYTES + 512;

/** Half of what `Buffer.from(…).toString()` costs. uWebSockets.js has seen to it that the bytes are UTF-8. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `GET /ws`: the one place where WebSockets come in. */
export function serveWebSockets(app: TemplatedApp, parts: WsParts): void {
  const upgradeParts: UpgradeParts = {
    ...parts,
    onRefused: (reason) => parts.observer.refused(reason),
  };
  const reportUnserved = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown, id: string) =>
    parts.logger.warn({ err, connectionId: id, leftOut }, 'a socket could not be served'),
  );
  app.ws<UserData>('/ws', {
    // Twice what is allowed: uWebSockets.js cuts without a close frame, and the client should see 1009.
    maxPayloadLength: 2 * MAX_FRAME_BYTES,
    maxBackpressure: MAX_UNDELIVERED_MESSAGES * MESSAGE_BYTES,
    // A flag, typed as a number in the package's declarations.
    closeOnBackpressureLimit: 1,
    // uWebSockets.js pings by itself, PONG_TIMEOUT_S before the socket would be idle for this long.
    idleTimeout: PING_INTERVAL_S + PONG_TIMEOUT_S,
    sendPingsAutomatically: true,
    upgrade: createUpgrade(upgradeParts, toUserData),
    open: (ws) => open(ws, parts, reportUnserved),
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

function open(
  ws: WebSocket<UserData>,
  { hub, limits, observer, logger }: WsParts,
  reportUnserved: (error: unknown, connectionId: string) => void,
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
    reportUnserved(error, connectionId);
    observer.unserved();
    session.close(CloseCode.restarting, 'temporarily unavailable');
  });
}
