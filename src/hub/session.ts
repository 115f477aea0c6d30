import { randomUUID } from 'node:crypto';
import { frame, now } from '../messages/frames.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { MAX_EARLY_BYTES } from '../protocol/limits.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { Socket } from './socket.ts';
import { Undelivered } from './undelivered.ts';

/** `connecting`: not everything is subscribed yet. `live`: gets every change. `closed`: the socket is gone or going. */
export type SessionState = 'connecting' | 'live' | 'closed';

/** One socket of one user. */
export class Session {
  readonly connectionId = randomUUID();
  readonly userId: string;
  /** When its token expires, in milliseconds since 1970. */
  expiresAt: number;
  #state: SessionState = 'connecting';
  readonly #socket: Socket;
  readonly #undelivered = new Undelivered();
  /** What came in before `connected`, in order. */
  #early: (() => void)[] = [];
  #earlyBytes = 0;

  constructor(userId: string, expiresAt: number, socket: Socket) {
    this.userId = userId;
    this.expiresAt = expiresAt;
    this.#socket = socket;
  }

  get state(): SessionState {
    return this.#state;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes();
  }

  /** `connected` is the first frame; from here on the socket gets what is broadcast to its user. */
  goLive(cursor: string): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'live';
    this.send({
      type: 'connected',
      userId: this.userId,
      connectionId: this.connectionId,
      cursor,
      timestamp: now(),
    });
    this.#socket.join(this.userId);
    const early = this.#early;
    this.#early = [];
    // One of them may close the session: then the rest is ignored, as what arrives later is.
    for (const handle of early) if (this.state === 'live') handle();
  }

  /**
   * Handles a frame of the client, once `connected` has been sent. A client that knows no `connected` sends as soon as
   * the socket is open; handled at once, what follows from its frame could be published before it is subscribed.
   */
  receive(text: string, handle: (session: Session, text: string) => void): void {
    if (this.#state === 'live') {
      handle(this, text);
      return;
    }
    if (this.#state === 'closed') return;
    this.#earlyBytes += Buffer.byteLength(text);
    if (this.#earlyBytes > MAX_EARLY_BYTES)
      this.close(CloseCode.tooMany, 'too much was sent before connected');
    else this.#early.push(() => handle(this, text));
  }

  send(message: ServerMessage): void {
    if (this.#state === 'closed') return;
    const bytes = Buffer.from(frame(message));
    this.#socket.send(bytes);
    this.note(bytes.length);
  }

  /** Something of this size was sent, here or by broadcast. Too much unread by the peer ends the socket. */
  note(bytes: number): void {
    if (this.#state === 'closed') return;
    if (!this.#undelivered.add(bytes, () => this.#socket.bufferedBytes())) this.#tooSlow();
  }

  drained(): void {
    this.#undelivered.drained(performance.now());
  }

  /** Call it about once a second. */
  check(): void {
    if (this.#state === 'closed') return;
    if (this.expiresAt <= Date.now()) this.close(CloseCode.unauthenticated, 'token expired');
    else if (!this.#undelivered.check(this.#socket.bufferedBytes(), performance.now()))
      this.#tooSlow();
  }

  close(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.close(code, reason);
  }

  /** The socket has gone by itself. */
  ended(): void {
    this.#state = 'closed';
  }

  #tooSlow(): void {
    this.close(CloseCode.tooSlow, 'too slow');
  }
}
