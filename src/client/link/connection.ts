import type { ClientMessage } from '../../protocol/client-messages.ts';
import type { ServerMessage } from '../../protocol/server-messages.ts';
import { ParleyError } from '../errors.ts';
import type { LinkEvents } from '../link.ts';
import type { ConnectionState } from '../types.ts';
import { abortable } from '../async/abortable.ts';
import { Backoff } from '../async/backoff.ts';
import { Heartbeat } from './heartbeat.ts';
import { type RefusedParts, isRefused } from './is-refused.ts';
import { Renewal } from './renewal.ts';
import { type Socket, type SocketParts, openSocket } from './socket.ts';
import { Timer } from '../async/timer.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** When there is reason to doubt the socket. */
const HASTY_ANSWER_MS = 5_000;
/** Whoever has been up for so long has nothing to do with the failures before. */
const STABLE_MS = 10_000;
const TOO_MANY_MS = 60_000;
const OFFLINE_MS = 60_000;

export interface ConnectionEvents extends Pick<LinkEvents, 'onState' | 'onFrame' | 'onUp'> {
  onDown(): void;
  onCursor(): void;
}

export interface ConnectionParts extends RefusedParts, Pick<SocketParts, 'WebSocket'> {
  readonly keeper: TokenKeeper;
  readonly events: ConnectionEvents;
  /** Resolves when this tab may have a socket. */
  readonly turn: () => Promise<void>;
}

/** A socket of one's own, again and again. */
export class Connection {
  /** The newest: where to go on. */
  cursor: string | undefined;
  readonly #parts: ConnectionParts;
  readonly #backoff = new Backoff();
  readonly #retry = new Timer();
  readonly #stable = new Timer();
  readonly #heartbeat = new Heartbeat({
    ping: () => this.#socket?.send({ type: 'ping' }),
    onSilence: () => this.#closed(0),
  });
  readonly #renewal: Renewal;
  #state: ConnectionState = { status: 'idle' };
  /** From the beginning of an attempt until it, or the socket it led to, has ended. */
  #run: AbortController | undefined;
  #socket: Socket | undefined;
  /** The one that the socket was opened with. */
  #token = '';
  #isUp = false;
  /** Attempts since the last one that led to an open socket. */
  #unopened = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#renewal = new Renewal({
      keeper: parts.keeper,
      authenticate: (token) => this.#socket?.send({ type: 'authenticate', token }),
      onFail: (error) => this.#failed(error),
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  connect(): void {
    if (this.#run === undefined) void this.#attempt();
  }

  /** The network may be back, or somebody looks again. */
  wake(): void {
    const state = this.#state;
    const isWaiting = state.status === 'waiting' && state.error.code !== 'too_many_connections';
    if (this.#isUp) this.#heartbeat.check(HASTY_ANSWER_MS);
    else if (isWaiting || state.status === 'offline') this.connect();
  }

  offline(): void {
    if (this.#run === undefined && this.#state.status !== 'waiting') return;
    this.#drop();
    this.#rest();
  }

  /** Gives up the socket and waits for its turn again. */
  yield(): void {
    this.#drop();
    void this.#attempt();
  }

  send(frame: ClientMessage): boolean {
    if (this.#isUp) this.#socket?.send(frame);
    return this.#isUp;
  }

  close(): void {
    this.#drop();
    this.#enter({ status: 'closed' });
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#parts.events.onState(state);
  }

  /** @param refused the token that the server has just refused */
  async #attempt(refused?: string): Promise<void> {
    const { keeper, turn } = this.#parts;
    const run = new AbortController();
    const { signal } = run;
    this.#run = run;
    this.#retry.clear();
    this.#enter({ status: 'connecting' });
    try {
      await (refused === undefined ? keeper.get('connect', signal) : keeper.renew(refused, signal));
      await abortable(turn(), signal);
      let token = await keeper.get('connect', signal);
      if (this.#unopened > 1 && (await isRefused(this.#parts, token, signal)))
        token = await keeper.renew(token, signal);
      if (!signal.aborted) this.#open(token, signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #open(token: string, signal: AbortSignal): void {
    const { cursor } = this;
    this.#unopened += 1;
    this.#socket = openSocket(
      { ...this.#parts, token, cursor },
      {
        onOpen: () => (this.#unopened = 0),
        onData: (data) => this.#receive(data, cursor === undefined, signal),
        onClose: (code) => this.#closed(code),
      },
    );
    this.#token = token;
    this.#heartbeat.expect();
  }

  #closed(code: number): void {
    this.#drop();
    if (code === 4401) {
      // What the socket was given later may not have been read: it gets its own chance.
      void this.#attempt(this.#token);
    } else if (code === 4429) {
      const error = new ParleyError('too_many_connections', 'too many connections or frames');
      this.#wait(error, TOO_MANY_MS * (1 + Math.random() / 2));
    } else if (code === 4400 || code === 1009) {
      this.#wait(new ParleyError('bad_answer', `the server closed with ${code}`));
    } else {
      this.#wait(new ParleyError('network', 'no connection to the server'));
    }
  }

  #failed(thrown: unknown): void {
    this.#drop();
    const error =
      thrown instanceof ParleyError
        ? thrown
        : new ParleyError('network', 'no socket could be made', { cause: thrown });
    if (error.code === 'token_provider' || error.code === 'network') this.#wait(error);
    else this.#enter({ status: 'failed', error });
  }

  #wait(error: ParleyError, ms = this.#backoff.next()): void {
    const { navigator } = globalThis as { navigator?: { onLine?: boolean } };
    if (navigator?.onLine === false) this.#rest();
    else {
      this.#enter({ status: 'waiting', retryAt: Date.now() + ms, error });
      this.#retry.set(ms, () => this.connect());
    }
  }

  #rest(): void {
    this.#enter({ status: 'offline' });
    // Some virtual networks have the browser say so though it is not.
    this.#retry.set(OFFLINE_MS, () => this.connect());
  }

  /** Ends what there is, without waiting for the other side. */
  #drop(): void {
    this.#retry.clear();
    this.#stable.clear();
    this.#heartbeat.stop();
    this.#run?.abort();
    this.#run = undefined;
    this.#socket?.close();
    this.#socket = undefined;
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#parts.events.onDown();
  }

  #receive(data: unknown, isNew: boolean, signal: AbortSignal): void {
    this.#heartbeat.heard();
    const { keeper, events } = this.#parts;
    const frame = parse(data);
    if (frame === undefined) {
      this.#drop();
      this.#wait(new ParleyError('bad_answer', 'what came is no frame of this protocol'));
    } else if (frame.type === 'connected') {
      keeper.sync(frame.timestamp);
      this.#renewal.start(this.#token, signal);
      this.#heartbeat.start();
      if (isNew) this.#up(false, frame.cursor);
    } else if (frame.type === 'resumed') {
      this.#up(frame.complete, frame.cursor);
    } else if (frame.type === 'pong') {
      keeper.sync(frame.timestamp);
      this.#renewal.reset();
      // Until the replay is through, all that came counts from the cursor that was given.
      if (!this.#isUp) return;
      this.cursor = frame.cursor;
      events.onCursor();
    } else if (frame.type === 'error' && frame.request === 'authenticate') {
      this.#renewal.refused(signal);
    } else {
      events.onFrame(frame);
    }
  }

  #up(isComplete: boolean, cursor: string): void {
    this.cursor = cursor;
    this.#isUp = true;
    this.#stable.set(STABLE_MS, () => {
      this.#backoff.reset();
      this.#parts.keeper.prove();
    });
    this.#enter({ status: 'live' });
    this.#parts.events.onUp(isComplete);
  }
}

function parse(data: unknown): ServerMessage | undefined {
  try {
    const frame = JSON.parse(data as string) as ServerMessage;
    return typeof frame.type === 'string' ? frame : undefined;
  } catch {
    return undefined;
  }
}
