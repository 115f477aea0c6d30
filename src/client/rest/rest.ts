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
  'conflict',
  'rate_limited',
  'unavailable',
  'unauthenticated',
  'forbidden_origin',
] satisfies ParleyErrorCode[];

/** The REST interface of docs/protocol.md. All that is asked of it may be repeated. */
export class Rest {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #link: Link;
  readonly #closed: AbortSignal;

  constructor(url: string, fetcher: typeof fetch, link: Link, closed: AbortSignal) {
    this.#url = url;
    this.#fetch = fetcher;
    this.#link = link;
    this.#closed = closed;
  }

  /**
   * Waits and asks again when the server is busy.
   *
   * @param body makes it a POST
   * @throws {ParleyError}
   */
  async call<T>(path: string, cancel?: AbortSignal, body?: object): Promise<T> {
    const signal = cancel ? AbortSignal.any([cancel, this.#closed]) : this.#closed;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#withToken(path, signal, body)) as T;
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        const { retryAfterMs = MAX_WAIT_MS + 1 } = error;
        if (attempt === MAX_ATTEMPTS || retryAfterMs > MAX_WAIT_MS) throw error;
        await sleep(retryAfterMs, signal);
      }
    }
  }

  async #withToken(path: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const token = await this.#link.token(signal);
    const answer = await this.#request(path, token, signal, body);
    if (answer.status !== 401) return read(answer);
    const renewed = await this.#link.renewToken(token, signal);
    const again = await this.#request(path, renewed, signal, body);
    if (again.status !== 401) this.#link.proveToken();
    return read(again);
  }

  async #request(path: string, token: string, signal: AbortSignal, body?: object): Promise<Answer> {
    try {
      // Called as a method the platform's would refuse.
      const get = this.#fetch;
      const response = await get(`${this.#url}/api/${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
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

interface Answer {
  readonly status: number;
  readonly text: string;
}

function read({ status, text }: Answer): unknown {
  let body: { code?: string; detail?: string; retryAfterMs?: number } | undefined;
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // A proxy's page.
  }
  if (status < 300 && body) return body;
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
