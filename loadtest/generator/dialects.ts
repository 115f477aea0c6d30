import { signToken } from './token.ts';
import type { Target, WsClient } from './ws-client.ts';

/** How one system is spoken to: what differs between those that are compared. */
export interface Dialect {
  target(port: number, userId: string, secret: string): Target;
  /** A message's frame around its content, of text that needs no escaping. */
  around(conversationId: string): readonly [before: string, after: string];
  /** Called when the socket has opened. @returns whether it may send now */
  opened(): boolean;
  /** What comes until it may send. @returns whether it may now */
  greeted(socket: WsClient, text: string, userId: string): boolean;
  /** What is too short for a message. */
  short(socket: WsClient, text: string): void;
}

export const DIALECTS = {
  /** docs/protocol.md */
  parley: {
    target: (port, userId, secret) => ({
      port,
      path: '/ws',
      headers: { Authorization: `Bearer ${signToken(userId, secret)}` },
    }),
    around: (conversationId) => [
      `{"type":"send_message","conversationId":"${conversationId}","content":"`,
      '"}',
    ],
    opened: () => false,
    greeted: (_, text) => text.startsWith('{"type":"connected"'),
    short: () => undefined,
  },
  /** Engine.IO 4 and Socket.IO 5, as text: `0` open, `2` ping, `3` pong, `40` connect, `42` event. */
  'socket-io': {
    target: (port) => ({ port, path: '/socket.io/?EIO=4&transport=websocket', headers: {} }),
    around: (conversationId) => [
      `42["send_message",{"conversationId":"${conversationId}","content":"`,
      '"}]',
    ],
    opened: () => false,
    greeted(socket, text, userId) {
      if (text.startsWith('0')) socket.sendText(`40${JSON.stringify({ user: userId })}`);
      return text.startsWith('40');
    },
    short(socket, text) {
      if (text === '2') socket.sendText('3');
    },
  },
  /** Every frame comes back to its sender: the floor under all WebSocket servers here. */
  echo: {
    target: (port) => ({ port, path: '/', headers: {} }),
    around: (conversationId) => [
      `{"type":"send_message","conversationId":"${conversationId}","content":"`,
      '"}',
    ],
    opened: () => true,
    greeted: () => true,
    short: () => undefined,
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
