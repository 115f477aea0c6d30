import { ParleyError, type ParleyErrorCode } from '../errors.ts';
import type { Link } from '../link.ts';
import { sleep } from '../async/sleep.ts';

const TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 3;
/** Who must wait longer is told so. */
const MAX_WAIT_MS = 10_000;

const CODES: readonly string[] = [
  'not_authorized',
  'invalid_message',
  'message_too_large',
  'attachment_too_large',
  'conflict',
  'rate_limited',
  'unavailable',
  'unauthenticated',
  'forbidden_origin',
] satisfies ParleyErrorCode[];

/** The REST interface of docs/protocol.md. All that is asked of it may be repeated. */
export class Rest {
  /** Of the server: ends without a slash. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly #link: Link;
  readonly #closed: AbortSignal;

  constructor(url: string, fetcher: typeof fetch, link: Link, closed: AbortSignal) {
    this.url = url;
    this.fetch = fetcher;
    this.#link = link;
    this.#closed = closed;
  }

  /**
   * Waits and asks again when the server is busy.
   *
   * @param path is encoded
   * @param method POST with a body and GET without, when left out
   * @throws {ParleyError}
   */
  async call<T>(
    path: string,
    cancel?: AbortSignal,
    body?: object,
    method: Method = body ? 'POST' : 'GET',
  ): Promise<T> {
    const call = { path, body, method };
    const signal = cancel ? AbortSignal.any([cancel, this.#closed]) : this.#closed;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#withToken(call, signal)) as T;
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        const { retryAfterMs = MAX_WAIT_MS + 1 } = error;
        if (attempt === MAX_ATTEMPTS || retryAfterMs > MAX_WAIT_MS) throw error;
        await sleep(retryAfterMs, signal);
      }
    }
  }

  async #withToken(call: Call, signal: AbortSignal): Promise<unknown> {
    const token = await this.#link.token(signal);
    const answer = await this.#request(call, token, signal);
    if (answer.status !== 401) return readAnswer(answer);
    const renewed = await this.#link.renewToken(token, signal);
    const again = await this.#request(call, renewed, signal);
    if (again.status !== 401) this.#link.proveToken();
    return readAnswer(again);
  }

  async #request(
    { path, body, method }: Call,
    token: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    try {
      // Called as a method the platform's would refuse.
      const { fetch: ask, url } = this;
      const response = await ask(`${url}/api/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        cache: 'no-store',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      signal.throwIfAborted();
      throw new ParleyError('network', 'Parley could not be reached', { cause });
    }
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Call {
  readonly path: string;
  readonly body: object | undefined;
  readonly method: Method;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** @throws {ParleyError} what it was refused with */
export function readAnswer({ status, text }: Answer): unknown {
  let body: { code?: string; detail?: string; retryAfterMs?: number } | undefined;
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // A proxy's page.
  }
  if (status === 204 || (status < 300 && body)) return body;
  const { code = '', detail, retryAfterMs } = body ?? {};
  const known = CODES.includes(code) ? (code as ParleyErrorCode) : byStatus(status);
  throw new ParleyError(known, detail ?? `HTTP ${status}`, {
    retryAfterMs: retryAfterMs ?? (status === 429 || status >= 500 ? 1_000 : undefined),
  });
}

const byStatus = (status: number): ParleyErrorCode => {
  if (status === 401) return 'unauthenticated';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : 'bad_answer';
};
