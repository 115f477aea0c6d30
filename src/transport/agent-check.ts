import { type Socket, createServer } from 'node:net';
import type { Disposer } from '../lib/disposer.ts';
import { type Address, listenTcp } from '../lib/listen-tcp.ts';
import type { ReadState } from './readiness.ts';

/** HAProxy asks on one connection at a time; whoever opens more is not it. */
const MAX_CONNECTIONS = 64;
/** How long one who does not take its answer is kept, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * HAProxy's agent-check (its configuration manual, "agent-check"): tells each who connects `up`, `drain` or `down`, in one
 * line, and closes. `up` alone: with `ready` it would undo what an operator has set by hand.
 *
 * @returns the port
 * @throws {StartupError} when it can't listen there
 */
export async function serveAgentCheck(
  readState: ReadState,
  address: Address,
  disposer: Disposer,
): Promise<number> {
  const sockets = new Set<Socket>();
  const answer = async (socket: Socket): Promise<void> => {
    socket.end(`${await readState()}\n`);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The other side has gone, or is no HAProxy: nobody is left to tell.
    socket.on('error', () => undefined);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    // What it may send (agent-send) is read, for a socket that is closed with unread data is reset.
    socket.resume();
    void answer(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listenTcp(server, address);
  // Such as no more file descriptors: it goes on listening.
  server.on('error', () => undefined);
  disposer.defer(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return port;
}
