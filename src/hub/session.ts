import { randomUUID } from 'node:crypto';
import { InFlight } from '../lib/in-flight.ts';
import { frame, now } from '../messages/frames.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { MAX_EARLY_BYTES, MAX_HELD_BYTES } from '../protocol/limits.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { Position, Socket } from './socket.ts';
import { Undelivered } from './undelivered.ts';

/**
 * `connecting`: not everything is subscribed yet. `replaying`: gets what it missed, and live frames wait behind it. `live`:
 * gets every change. `closed`: the socket is gone or going.
 */
export type SessionState = 'connecting' | 'replaying' | 'live' | 'closed';

/** A replay goes on when no more than this waits, in bytes: far less than 256 of the smallest frames. */
const REPLAY_AHEAD_BYTES = 16 * 1024;

interface Held {
  readonly frame: Uint8Array;
  readonly position: Position | undefined;
}

/** One socket of one user. */
export class Session {
  readonly connectionId = randomUUID();
  readonly userId: string;
  /** Frames whose answer is not out yet. */
  readonly handling = new InFlight();
  /** When its token expires, in milliseconds since 1970. */
  expiresAt: number;
  #state: SessionState = 'connecting';
  readonly #socket: Socket;
  readonly #undelivered = new Undelivered();
  // Tens of thousands of sessions are idle: what few of them need is made when it is needed.
  /** What came in before `connected`, in order. */
  #early: (() => void)[] | undefined;
  #earlyBytes = 0;
  #resumingFrom: string | undefined;
  /** Live frames behind a replay, in order. */
  #held: Held[] | undefined;
  #heldBytes = 0;
  /** Sends on; set while a replay waits for the peer. */
  #goOn: (() => void) | undefined;
  #isFinishing = false;
  #closeCode: CloseCode | undefined;

  constructor(userId: string, expiresAt: number, socket: Socket) {
    this.userId = userId;
    this.expiresAt = expiresAt;
    this.#socket = socket;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why this node ended it; `undefined` when the peer or the network did. */
  get closeCode(): CloseCode | undefined {
    return this.#closeCode;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes();
  }

  /** The cursor that stays this session's until its replay is complete. */
  get resumingFrom(): string | undefined {
    return this.#resumingFrom;
  }

  /** `connected` is the first frame; from here on the socket gets what is broadcast to its user. */
  goLive(cursor: string): void {
    if (this.#state !== 'connecting') return;
    this.#connected('live', cursor);
    this.#socket.join(this.userId);
    this.#handleEarly();
  }

  /** `connected` is the first frame; what is broadcast to the user from here on follows the {@link replay}. */
  startReplay(cursor: string): void {
    if (this.#state !== 'connecting') return;
    this.#resumingFrom = cursor;
    this.#connected('replaying', cursor);
    this.#handleEarly();
  }

  /**
   * Sends what was missed, no faster than the peer takes it, then the broadcasts of the meantime, then `resumed`. Resolves
   * when the session is live or closed.
   *
   * @param isNew false for a broadcast whose change is among the frames
   */
  async replay(
    frames: readonly Uint8Array[],
    isNew: (position: Position) => boolean,
    resumed: () => ServerMessage,
  ): Promise<void> {
    for (const bytes of frames) await this.#sendNext(bytes);
    // Grows while it is sent. At its end nothing may come between: no await from here on.
    this.#held ??= [];
    for (const { frame: bytes, position } of this.#held) {
      if (position === undefined || isNew(position)) await this.#sendNext(bytes);
    }
    this.#held = undefined;
    if (this.#state !== 'replaying') return;
    this.#state = 'live';
    this.#resumingFrom = undefined;
    this.send(resumed());
    this.#socket.join(this.userId);
  }

  /**
   * A frame was broadcast to the user, in `live` to this socket too. It and its position are valid only during the call.
   *
   * @param position of a persisted change
   */
  onBroadcast(bytes: Uint8Array, position?: Position): void {
    if (this.#state === 'live') this.#note(bytes.length);
    this.#holdIfReplaying(bytes, position);
  }

  /**
   * Word of who is online was broadcast to the user. It is not counted: little of it waits at any time, and its small frames would make those
   * that must arrive look smaller, and so more, than they are.
   */
  onPresence(bytes: Uint8Array): void {
    this.#holdIfReplaying(bytes);
  }

  /**
   * Handles a frame of the client, once `connected` has been sent. A client that knows no `connected` sends as soon as
   * the socket is open; handled at once, what follows from its frame could be published before it is subscribed.
   */
  receive(text: string, handle: (session: Session, text: string) => void): void {
    if (this.#state === 'closed' || this.#isFinishing) return;
    if (this.#state !== 'connecting') {
      handle(this, text);
      return;
    }
    this.#earlyBytes += Buffer.byteLength(text);
    if (this.#earlyBytes > MAX_EARLY_BYTES)
      this.close(CloseCode.tooMany, 'too much was sent before connected');
    else (this.#early ??= []).push(() => handle(this, text));
  }

  send(message: ServerMessage): void {
    this.#sendBytes(Buffer.from(frame(message)));
  }

  drained(): void {
    this.#undelivered.drained(performance.now());
    this.#goOn?.();
  }

  /** Call it about once a second. */
  check(): void {
    if (this.#state === 'closed') return;
    if (this.expiresAt <= Date.now()) this.close(CloseCode.unauthenticated, 'token expired');
    else if (!this.#undelivered.check(this.#socket.bufferedBytes(), performance.now()))
      this.#tooSlow();
  }

  /** Takes no more frames, and closes when those it took have been answered. */
  async finish(code: CloseCode, reason: string): Promise<void> {
    this.#isFinishing = true;
    await this.handling.settled();
    this.close(code, reason);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state === 'closed') return;
    this.ended(code);
    this.#socket.close(code, reason);
  }

  /** @param code as if closed with it; without one the socket has gone by itself */
  ended(code?: CloseCode): void {
    if (this.#state !== 'closed') this.#closeCode = code;
    this.#state = 'closed';
    this.#held = undefined;
    this.#goOn?.();
  }

  #holdIfReplaying(bytes: Uint8Array, position?: Position): void {
    if (this.#state !== 'replaying') return;
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_HELD_BYTES) {
      this.#tooSlow();
      return;
    }
    // Field by field: there is one position for all that is delivered, and its id is a getter.
    (this.#held ??= []).push({
      frame: Buffer.from(bytes),
      position: position && { conversationId: position.conversationId, seq: position.seq },
    });
  }

  #connected(state: SessionState, cursor: string): void {
    this.#state = state;
    this.send({
      type: 'connected',
      userId: this.userId,
      connectionId: this.connectionId,
      cursor,
      timestamp: now(),
    });
  }

  #handleEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    // One of them may close the session: then the rest is ignored, as what arrives later is.
    for (const handle of early) if (this.state !== 'closed') handle();
  }

  async #sendNext(bytes: Uint8Array): Promise<void> {
    while (this.#state === 'replaying' && this.#socket.bufferedBytes() > REPLAY_AHEAD_BYTES)
      await new Promise<void>((resolve) => (this.#goOn = resolve));
    this.#goOn = undefined;
    this.#sendBytes(bytes);
  }

  #sendBytes(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#socket.send(bytes);
    this.#note(bytes.length);
  }

  /** Something of this size was sent, here or by broadcast. Too much unread by the peer ends the socket. */
  #note(bytes: number): void {
    if (this.#state === 'closed') return;
    if (this.#undelivered.add(bytes)) return;
    if (!this.#undelivered.recount(this.#socket.bufferedBytes())) this.#tooSlow();
  }

  #tooSlow(): void {
    this.close(CloseCode.tooSlow, 'too slow');
  }
}
