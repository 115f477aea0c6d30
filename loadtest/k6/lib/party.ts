import { setTimeout } from 'k6/timers';
import { type ErrorEvent, type MessageEvent, WebSocket } from 'k6/websockets';
import type { User } from './identity.ts';
import * as metrics from './metrics.ts';
import type { Answer, Change, ServerFrame, StoredMessage } from './wire.ts';

/** The messages up to a seq. Other changes are not in the history: those that were missed are taken as seen. */
export interface Missed {
  readonly upTo: number;
  readonly messages: readonly StoredMessage[];
}

/** What a party tells its conversation. */
export interface Listener {
  /** A new socket: what comes now may repeat what the last one had. */
  onConnected(): void;
  onChange(change: Change): void;
  onAnswer(answer: Answer): void;
  /** What it was connected with has ended. */
  onAway(): void;
  /** Too much was missed to be replayed: reads it over REST. */
  readMissed(): Promise<Missed>;
  onMissed(missed: Missed): void;
}

export interface PartyOptions {
  readonly user: User;
  /** Where to connect; when that fails, the next one. */
  readonly urls: readonly string[];
  readonly listener: Listener;
}

/**
 * `replaying`: what was missed is coming. Only at its end `resumed` says whether that was all, so changes are held until then.
 * `repairing`: it was not, and is being read over REST.
 */
type State =
  | { readonly name: 'away' | 'connecting' | 'live' | 'stopped' }
  | { readonly name: 'replaying' | 'repairing'; readonly held: Change[] };

const PING_MS = 5_000;
/** With no frame for so long the connection is taken for half-open. */
const SILENCE_MS = 12_000;
/** Clients that all come back at the same moment would do so again and again. */
const BACK_OFF_MS = 100;
const JITTER_MS = 900;
/** It doubles with each attempt that fails, up to so many times. */
const MAX_FACTOR = 4;
const NO_CLOSE_FRAME = 1006;
/** Of `readyState`. k6's `WebSocket.OPEN` is undefined, whatever its types say. */
const OPEN = 1;

/** A user's socket, as an application would have it: whenever it ends it comes back with its newest cursor. */
export class Party {
  readonly #options: PartyOptions;
  #state: State = { name: 'away' };
  #socket: WebSocket | undefined;
  #cursor: string | undefined;
  #attempt = 0;
  #heardAt = 0;
  #pingedAt = 0;
  #awaySince: number | undefined;

  constructor(options: PartyOptions) {
    this.#options = options;
  }

  get isLive(): boolean {
    return this.#state.name === 'live';
  }

  /** Frames can be sent, though what was missed may still be coming. */
  get isConnected(): boolean {
    return ['replaying', 'repairing', 'live'].includes(this.#state.name);
  }

  connect(): void {
    const { user, urls } = this.#options;
    const url = urls[this.#attempt % urls.length]?.replace(/^http/, 'ws');
    const query = this.#cursor === undefined ? '' : `?cursor=${encodeURIComponent(this.#cursor)}`;
    this.#attempt += 1;
    this.#state = { name: 'connecting' };
    const socket = new WebSocket(`${url}/ws${query}`, null, {
      headers: { authorization: `Bearer ${user.token}` },
      // Without it each cursor would make time series of its own in k6.
      tags: { name: 'GET /ws' },
    });
    this.#socket = socket;
    this.#heardAt = Date.now();
    let isOpen = false;
    // One that was given up as silent may still speak.
    const isMine = (): boolean => socket === this.#socket;
    socket.addEventListener('open', () => {
      isOpen = true;
      if (!isMine() || this.#state.name === 'stopped') socket.close();
    });
    socket.addEventListener('message', (event) => {
      if (!isMine()) return;
      this.#heardAt = Date.now();
      this.#onFrame(JSON.parse((event as MessageEvent).data as string) as ServerFrame);
    });
    // What follows is told by 'close'; k6 tells of a refused connection by this alone.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', (event) => {
      const code = codeOf(event);
      if (isOpen) metrics.closes.add(1, { code: String(code) });
      else metrics.connectFailures.add(1);
      if (isMine()) this.#onEnd();
    });
  }

  /** @returns whether it was written to the socket */
  send(frame: object): boolean {
    if (!this.isConnected || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** To be called several times a second: pings, and gives up a silent connection. */
  tick(now: number): void {
    if (this.#state.name === 'away' || this.#state.name === 'stopped') return;
    if (now - this.#heardAt > SILENCE_MS) {
      this.cut();
      this.#onEnd();
    } else if (this.isConnected && now - this.#pingedAt > PING_MS) {
      this.#pingedAt = now;
      this.send({ type: 'ping' });
    }
  }

  /** Ends the socket; the party comes back. k6 can't close one that is not open yet. */
  cut(): void {
    if (this.#socket?.readyState === OPEN) this.#socket.close();
  }

  /** For good. */
  stop(): void {
    this.#state = { name: 'stopped' };
    this.cut();
  }

  #onEnd(): void {
    if (this.#state.name === 'stopped') return;
    if (this.isConnected) {
      this.#awaySince = Date.now();
      this.#options.listener.onAway();
    }
    this.#socket = undefined;
    this.#state = { name: 'away' };
    const factor = Math.min(2 ** this.#attempt, MAX_FACTOR);
    const delay = factor * (BACK_OFF_MS + Math.random() * JITTER_MS);
    setTimeout(() => {
      if (this.#state.name === 'away') this.connect();
    }, delay);
  }

  #onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'connected':
        this.#options.listener.onConnected();
        if (this.#cursor === undefined) this.#becomeLive(frame.cursor, []);
        else this.#state = { name: 'replaying', held: [] };
        break;
      case 'pong':
        // Before, it would leave out what is being repaired.
        if (this.isLive) this.#cursor = frame.cursor;
        break;
      case 'resumed':
        if (this.#state.name !== 'replaying') break;
        if (frame.complete) this.#becomeLive(frame.cursor, this.#state.held);
        else void this.#repair(frame.cursor, this.#state.held);
        break;
      case 'new_message':
      case 'message_edited':
      case 'message_deleted':
      case 'reaction_added':
      case 'reaction_removed':
      case 'read_receipt':
        if ('held' in this.#state) this.#state.held.push(frame);
        else this.#options.listener.onChange(frame);
        break;
      case 'message_ack':
      case 'error':
        this.#options.listener.onAnswer(frame);
        break;
      case 'typing_notify':
      case 'conversation_created':
        break;
    }
  }

  #becomeLive(cursor: string, held: readonly Change[]): void {
    this.#state = { name: 'live' };
    this.#cursor = cursor;
    this.#attempt = 0;
    if (this.#awaySince !== undefined) {
      metrics.reconnects.add(1);
      metrics.backMs.add(Date.now() - this.#awaySince);
      this.#awaySince = undefined;
    }
    for (const change of held) this.#options.listener.onChange(change);
  }

  async #repair(cursor: string, held: Change[]): Promise<void> {
    const { listener } = this.#options;
    metrics.incompleteReplays.add(1);
    const state: State = { name: 'repairing', held };
    this.#state = state;
    const missed = await listener.readMissed();
    // Ended meanwhile: it begins anew with the old cursor.
    if (this.#state !== state) return;
    listener.onMissed(missed);
    this.#becomeLive(
      cursor,
      held.filter(({ seq }) => seq > missed.upTo),
    );
  }
}

/** k6 has it, and its types do not. A connection that was cut has none. */
const codeOf = (event: MessageEvent | ErrorEvent): number =>
  (event as { code?: number }).code ?? NO_CLOSE_FRAME;
