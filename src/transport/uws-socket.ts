import type { WebSocket } from 'uWebSockets.js';
import type { Socket } from '../hub/socket.ts';

/** The hub's {@link Socket} on a WebSocket of uWebSockets.js, which throws when it is used after its end. */
export class UwsSocket implements Socket {
  readonly #ws: WebSocket<unknown>;
  #isOpen = true;

  constructor(ws: WebSocket<unknown>) {
    this.#ws = ws;
  }

  send(frame: Uint8Array): void {
    if (this.#isOpen) this.#ws.send(frame, false);
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

  /**
   * Nothing may touch the WebSocket any more: it has closed, or it has dropped a frame and uWebSockets.js is about to
   * close it. Closing it here, in the middle of the send that dropped, would free it under that send.
   */
  markClosed(): void {
    this.#isOpen = false;
  }
}
