import { ParleyError } from '../errors.ts';
import type { TokenRequest } from '../client-options.ts';
import { abortable } from '../async/abortable.ts';
import { type Claims, readToken } from './read-token.ts';

const ANSWER_MS = 30_000;
const MARGIN_MS = 30_000;
/** However soon a token seems to end, it is used for so long: the device's clock may be wrong. */
const MIN_USE_MS = 5_000;

type Reason = TokenRequest['reason'];

interface Held extends Claims {
  readonly token: string;
  readonly marginMs: number;
  /** Not renewed before; by the device's clock, as all that follows. */
  readonly notBefore: number;
  renewAt: number;
}

interface Call {
  readonly promise: Promise<string>;
  readonly controller: AbortController;
  waiting: number;
}

/** The user's token: asks the provider for one when there is none that is valid, once for all who wait. */
export class TokenKeeper {
  readonly #provide: (request: TokenRequest) => string | Promise<string>;
  readonly #onUser: (userId: string) => void;
  readonly #closing = new AbortController();
  #held: Held | undefined;
  #call: Call | undefined;
  #userId: string | undefined;
  /** Came in the place of one that was refused, and has not proved itself. */
  #unproven: string | undefined;
  /** How far the server's clock is ahead of the device's; unknown at first. */
  #aheadMs = 0;

  constructor(
    provide: (request: TokenRequest) => string | Promise<string>,
    onUser: (userId: string) => void,
  ) {
    this.#provide = provide;
    this.#onUser = onUser;
  }

  get userId(): string | undefined {
    return this.#userId;
  }

  /** In how many milliseconds another token is due; not above 0: now. */
  get dueMs(): number {
    return this.#held === undefined ? 0 : this.#held.renewAt - Date.now();
  }

  /** @throws {ParleyError} `token_provider`, `invalid_token` */
  async get(reason: Reason, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    return this.#valid ?? this.#ask(reason, signal);
  }

  /** @returns another token than the one that was refused. @throws {ParleyError} `unauthenticated` when that came after a refusal too */
  async renew(refused: string, signal?: AbortSignal): Promise<string> {
    this.forget(refused);
    if (this.#valid !== undefined) return this.#valid;
    if (refused !== this.#unproven) {
      const token = await this.get('rejected', signal);
      if (token !== refused) {
        this.#unproven = token;
        return token;
      }
      this.forget(refused);
    }
    this.#unproven = undefined;
    throw new ParleyError('unauthenticated', 'the server refused the token, and the next one too');
  }

  forget(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  /** The server has taken the last one, and kept to it. */
  prove(): void {
    this.#unproven = undefined;
  }

  /** @param timestamp what the server's clock shows just now */
  sync(timestamp: string): void {
    const aheadMs = Date.parse(timestamp) - Date.now();
    if (Number.isNaN(aheadMs)) return;
    this.#aheadMs = aheadMs;
    const leftMs = this.#held === undefined ? Infinity : this.#leftMs(this.#held);
    if (this.#held !== undefined && leftMs !== Infinity) this.#plan(this.#held, leftMs);
  }

  close(): void {
    this.#closing.abort(new ParleyError('closed', 'the client has been closed'));
    this.#call?.controller.abort();
  }

  get #valid(): string | undefined {
    return this.dueMs > 0 ? this.#held?.token : undefined;
  }

  async #ask(reason: Reason, signal: AbortSignal | undefined): Promise<string> {
    const call = (this.#call ??= this.#start(reason));
    call.waiting += 1;
    try {
      return await abortable(abortable(call.promise, signal), this.#closing.signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0) {
        call.controller.abort();
        if (this.#call === call) this.#call = undefined;
      }
    }
  }

  #start(reason: Reason): Call {
    const controller = new AbortController();
    const promise = this.#fetch(reason, controller);
    // Nobody may be waiting any more.
    promise.catch(() => undefined);
    return { promise, controller, waiting: 0 };
  }

  async #fetch(reason: Reason, { signal }: AbortController): Promise<string> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('no answer in 30 s')), ANSWER_MS);
    let token: string;
    try {
      const answer = Promise.resolve({ reason, signal }).then(this.#provide);
      token = await abortable(answer, late.signal);
    } catch (cause) {
      throw new ParleyError('token_provider', 'the token provider failed', { cause });
    } finally {
      clearTimeout(timer);
    }
    if (!signal.aborted) this.#hold(token);
    return token;
  }

  #hold(token: string): void {
    const claims = readToken(token);
    if (this.#userId === undefined) {
      this.#userId = claims.userId;
      this.#onUser(claims.userId);
    } else if (this.#userId !== claims.userId) {
      throw new ParleyError('invalid_token', 'the token is of another user than the first one');
    }
    const { lifetimeMs } = claims;
    // Seems to have ended: then that is the clock's fault, or the server will say so.
    const leftMs = Math.min(this.#leftMs(claims), lifetimeMs);
    const held = {
      ...claims,
      token,
      marginMs: Math.min(MARGIN_MS, leftMs / 10),
      notBefore: Date.now() + Math.min(MIN_USE_MS, lifetimeMs / 2),
      renewAt: 0,
    };
    this.#held = held;
    this.#plan(held, leftMs);
  }

  #leftMs({ expiresAt }: Claims): number {
    const leftMs = expiresAt - this.#aheadMs - Date.now();
    return leftMs > 0 ? leftMs : Infinity;
  }

  #plan(held: Held, leftMs: number): void {
    held.renewAt = Math.max(Date.now() + leftMs - held.marginMs, held.notBefore);
  }
}
