import { ParleyError } from '../errors.ts';
import { Backoff } from '../async/backoff.ts';
import { Timer } from '../async/timer.ts';
import type { TokenKeeper } from './token-keeper.ts';

const RETRY_MS = 1_000;

export interface RenewalParts {
  readonly keeper: TokenKeeper;
  authenticate(token: string): void;
  /** There will be none that fits. */
  onFail(error: ParleyError): void;
}

/** Gives a socket that lives a new token before its last one ends. */
export class Renewal {
  readonly #parts: RenewalParts;
  readonly #backoff = new Backoff();
  readonly #timer = new Timer();
  /** The last one that the server was given. */
  #token = '';

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** @param signal ends it */
  start(token: string, signal: AbortSignal): void {
    this.#token = token;
    signal.addEventListener('abort', () => this.#timer.clear());
    this.#plan(signal);
  }

  /** The server does not take the last one; the socket lives on with the one before. */
  refused(signal: AbortSignal): void {
    this.#parts.keeper.forget(this.#token);
    this.#plan(signal, this.#retryMs());
  }

  /** All has been well for some time. */
  reset(): void {
    this.#backoff.reset();
  }

  #retryMs(): number {
    return RETRY_MS + this.#backoff.next();
  }

  #plan(signal: AbortSignal, minMs = 0): void {
    const run = (): void => void this.#renew(signal);
    this.#timer.set(Math.max(minMs, this.#parts.keeper.dueMs), run);
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { keeper } = this.#parts;
    try {
      const token = await keeper.get('expiry', signal);
      if (signal.aborted) return;
      if (token !== this.#token) this.#parts.authenticate(token);
      this.#token = token;
      this.#plan(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ParleyError && error.code !== 'token_provider')
        this.#parts.onFail(error);
      else this.#plan(signal, this.#retryMs());
    }
  }
}
