import { setTimeout as sleep } from 'node:timers/promises';
import { DIALECTS } from './dialects.ts';
import { nextSourceAddress } from './source-address.ts';
import { nowUs } from './stamp.ts';
import { WsClient } from './ws-client.ts';

export interface WatcherSpec {
  readonly userId: string;
  readonly port: number;
  /** Where it goes when the connection is lost. */
  readonly fallbackPort: number;
}

interface Frame {
  readonly type: string;
  readonly cursor?: string;
  readonly complete?: boolean;
  readonly conversationId?: string;
  readonly seq?: number;
}

/** Before the first try that follows a failed one; doubled for each further one, and jittered by half. */
const RETRY_MS = 250;
const MAX_RETRY_MS = 4_000;

/** A client as an app has it: it comes back at once with its cursor when its connection is lost, and knows what it has seen. */
export class Watcher {
  /** By conversation, the `seq` of every change seen. */
  readonly seen = new Map<string, Set<number>>();
  /** When it was last live, with nothing left to be replayed, in µs; `undefined` while it is not. */
  liveSinceUs: number | undefined;
  /** Whether every replay so far was complete. */
  isComplete = true;
  /** Why it was disconnected, each time. */
  readonly losses: string[] = [];
  readonly #spec: WatcherSpec;
  readonly #secret: string;
  readonly #live: () => void;
  #socket: WsClient;
  #cursor: string | undefined;
  #pong: (() => void) | undefined;
  #retryMs = RETRY_MS;

  /** Resolves when it is connected for the first time. */
  static start(spec: WatcherSpec, secret: string): Promise<Watcher> {
    return new Promise((resolve) => {
      const watcher: Watcher = new Watcher(spec, secret, () => resolve(watcher));
    });
  }

  private constructor(spec: WatcherSpec, secret: string, live: () => void) {
    this.#spec = spec;
    this.#secret = secret;
    this.#live = live;
    this.#socket = this.#connect(spec.port);
  }

  /** Resolves when it has the cursor of now. */
  refreshCursor(): Promise<void> {
    return new Promise((resolve) => {
      this.#pong = resolve;
      this.#socket.sendText('{"type":"ping"}');
    });
  }

  #connect(port: number): WsClient {
    const target = DIALECTS.parley.target(port, this.#spec.userId, this.#secret);
    const path = this.#cursor === undefined ? target.path : `${target.path}?cursor=${this.#cursor}`;
    return new WsClient(
      { ...target, path, localAddress: nextSourceAddress() },
      {
        opened: () => undefined,
        text: (bytes, start, end) =>
          this.#receive(JSON.parse(bytes.toString('utf8', start, end)) as Frame),
        closed: (reason) => void this.#comeBack(port, reason),
      },
    );
  }

  /** At once when it was connected; later and later when it could not be. */
  async #comeBack(port: number, reason: string): Promise<void> {
    this.losses.push(reason);
    const wasLive = this.liveSinceUs !== undefined;
    this.liveSinceUs = undefined;
    if (!wasLive) {
      await sleep(this.#retryMs * (0.5 + Math.random()));
      this.#retryMs = Math.min(MAX_RETRY_MS, 2 * this.#retryMs);
    }
    this.#socket = this.#connect(wasLive ? this.#spec.fallbackPort : port);
  }

  #receive({ type, cursor, complete, conversationId, seq }: Frame): void {
    // With a cursor, what comes between `connected` and `resumed` is the replay.
    const isLive = type === 'resumed' || (type === 'connected' && this.#cursor === undefined);
    if (cursor !== undefined) this.#cursor = cursor;
    if (type === 'pong') this.#pong?.();
    if (complete === false) this.isComplete = false;
    if (isLive) {
      this.liveSinceUs = nowUs();
      this.#retryMs = RETRY_MS;
      this.#live();
    }
    if (conversationId === undefined || seq === undefined) return;
    const seqs = this.seen.get(conversationId) ?? new Set();
    this.seen.set(conversationId, seqs.add(seq));
  }
}
