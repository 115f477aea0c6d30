import { randomBytes, randomUUID } from 'node:crypto';
import { type Socket, connect } from 'node:net';
import { WebSocket } from 'ws';
import type { User } from '../support/client.ts';

/** What an attacker needs, and where it notes what became of it. */
export interface Target {
  readonly port: number;
  /** Of its own: 127.0.0.0/8. */
  readonly localAddress: string;
  readonly user: User;
  readonly conversationId: string;
  /** The socket is gone, for this reason. */
  readonly ended: (reason: string) => void;
}

/** Opens one socket, misbehaves until it is closed, and says then why. */
export type Attacker = (target: Target) => { stop(): void };

const upgradeHead = ({ user }: Target): string =>
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${user.token}\r\n`;

/** A TCP connection that does `every` so often, after `begin`. */
function raw(
  { port, localAddress, ended }: Target,
  begin: (socket: Socket) => void,
  everyMs: number,
  every: (socket: Socket, round: number) => void,
): { stop(): void } {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  let heard = '';
  let round = 0;
  const timer = setInterval(() => {
    if (socket.readyState === 'open') every(socket, round);
    round += 1;
  }, everyMs);
  socket.on('connect', () => begin(socket));
  socket.on('data', (chunk: Buffer) => (heard += chunk.subarray(0, 32).toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(timer);
    ended(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 'cut');
  });
  return { stop: () => socket.destroy() };
}

/** A WebSocket of somebody with a token, that sends so often. */
function chatting(
  { port, localAddress, user, ended }: Target,
  everyMs: number,
  every: (socket: WebSocket, round: number) => void,
  opened: (socket: WebSocket) => void = () => undefined,
): { stop(): void } {
  const headers = { authorization: `Bearer ${user.token}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers, localAddress });
  let round = 0;
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    every(socket, round);
    round += 1;
  }, everyMs);
  socket.on('open', () => opened(socket));
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    clearInterval(timer);
    ended(String(code));
  });
  return { stop: () => socket.terminate() };
}

const nothing = (): void => undefined;

/** By name, and how many of them there are. */
export const ATTACKERS: Readonly<Record<string, readonly [count: number, attacker: Attacker]>> = {
  /** A handshake that never ends, byte by byte. */
  slowHandshake: [
    250,
    (target) => {
      const head = upgradeHead(target);
      return raw(
        target,
        (socket) => socket.write(head.slice(0, 60)),
        250,
        (socket, i) => socket.write(head[60 + i] ?? 'x'),
      );
    },
  ],
  slowBody: [
    80,
    (target) =>
      raw(
        target,
        (socket) =>
          socket.write(
            `POST /api/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${target.user.token}\r\nContent-Type: application/json\r\nContent-Length: 30000\r\n\r\n`,
          ),
        250,
        (socket) => socket.write('{'),
      ),
  ],
  silent: [150, (target) => raw(target, nothing, 1_000, nothing)],
  garbage: [120, (target) => raw(target, nothing, 500, (socket) => socket.write(randomBytes(512)))],
  hugeHeader: [
    100,
    (target) =>
      raw(
        target,
        (socket) => socket.write(`${upgradeHead(target)}X-Huge: ${'x'.repeat(64 * 1_024)}`),
        1_000,
        nothing,
      ),
  ],
  /** Asks for an upgrade and goes before it is answered, or stays and never answers anything. */
  halfOpenUpgrade: [
    100,
    (target) =>
      raw(
        target,
        (socket) => socket.write(`${upgradeHead(target)}\r\n`),
        1_500,
        (socket, i) => {
          if (i % 2 === 0) socket.resetAndDestroy();
        },
      ),
  ],
  /** Good HTTP, garbage instead of frames. */
  garbageFrames: [
    80,
    (target) =>
      raw(
        target,
        (socket) => socket.write(`${upgradeHead(target)}\r\n`),
        500,
        (socket) => socket.write(randomBytes(256)),
      ),
  ],
  messageFlood: [
    30,
    (target) =>
      chatting(target, 100, (socket, round) => {
        for (let i = 0; i < 10; i += 1) {
          socket.send(
            JSON.stringify({
              type: 'send_message',
              conversationId: target.conversationId,
              content: `flood ${round}`,
              clientMessageId: randomUUID(),
            }),
          );
        }
      }),
  ],
  pingFlood: [
    20,
    (target) =>
      chatting(target, 100, (socket) => {
        for (let i = 0; i < 12; i += 1) socket.send('{"type":"ping"}');
      }),
  ],
  /** Takes nothing of what it asks for. */
  neverReads: [
    200,
    (target) =>
      chatting(
        target,
        500,
        (socket) => socket.send('{"type":"ping"}'),
        (socket) => socket.pause(),
      ),
  ],
};
