import type { ClientMessage } from '../../protocol/client-messages.ts';
import type { WebSocketConstructor } from '../client-options.ts';

export interface SocketParts {
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly token: string;
  readonly cursor: string | undefined;
}

export interface SocketEvents {
  onOpen(): void;
  onData(data: unknown): void;
  onClose(code: number): void;
}

export interface Socket {
  send(frame: ClientMessage): void;
  /** Tells nothing more, and waits for no answer. */
  close(): void;
}

/** Throws what the constructor throws. */
export function openSocket(parts: SocketParts, events: SocketEvents): Socket {
  const { WebSocket, url, token, cursor } = parts;
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws${query}`, [
    'parley.v1',
    `bearer.${token}`,
  ]);
  let isClosed = false;
  // Handlers as properties are all that `WebSocketLike` asks for.
  /* oxlint-disable unicorn/prefer-add-event-listener */
  socket.onopen = () => {
    if (!isClosed) events.onOpen();
  };
  socket.onmessage = ({ data }: { data: unknown }) => {
    if (!isClosed) events.onData(data);
  };
  socket.onclose = ({ code }: { code: number }) => {
    if (!isClosed) events.onClose(code);
  };
  // `ws` throws when nobody listens; the close tells as much.
  socket.onerror = () => undefined;
  /* oxlint-enable unicorn/prefer-add-event-listener */
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close() {
      isClosed = true;
      socket.close();
    },
  };
}
