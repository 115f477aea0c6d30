import type { WebSocket } from 'uWebSockets.js';
import type { Socket } from '../hub/socket.ts';

const DROPPED = 2;

/** The hub's {@link Socket} on a WebSocket of uWebSockets.js, which throws when it is used after its end. */
export class UwsSocket implements Socket {
  readonly #ws: WebSocket<unknown>;
  #isOpen = true;

  constructor(ws: WebSocket<unknown>) {
    this.#ws = ws;
  }

  send(frame: string | Uint8Array): void {
    if (this.#isOpen && this.#ws.send(frame, false) === DROPPED) this.kill();
  }

  join(userId: string): void {
    if (this.#isOpen) this.#ws.subscribe(userId);
  }

  bufferedBytes(): number {
    return this.#isOpen ? this.#ws.getBufferedAmount() : 0;
  }

  close(code: number, reason: string): void {
    if (this.#isOpen) this.#ws.end(code, reason);
  }

  /** Cuts the connection without a close frame. */
  kill(): void {
    if (this.#isOpen) this.#ws.close();
  }

  /** The close handler has run: nothing may touch the WebSocket any more. */
  markClosed(): void {
    this.#isOpen = false;
  }
}
