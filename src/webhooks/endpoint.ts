import http from 'node:http';
import https from 'node:https';
import type { Disposer } from '../lib/disposer.ts';
import { errorCode } from '../lib/error-code.ts';
import { retryAfterMs } from '../lib/retry-after.ts';
import { TimeoutError } from '../lib/within.ts';

/** What became of a request. A reason is a status or the name of an error, for logs: never anything of what was sent or answered. */
export type Posted =
  | { readonly kind: 'taken' }
  /** It wants no webhooks any more (410). */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The endpoint has said how long to wait (`Retry-After`), in milliseconds. */
      readonly askedMs?: number;
    };

/** Never rejects, and takes {@link POST_TIMEOUT_MS} at most. Redirects are not followed: they fail. */
export type Post = (body: string, headers: Readonly<Record<string, string>>) => Promise<Posted>;

export const POST_TIMEOUT_MS = 10_000;
/** An answer is read so that its connection can be used again, but no further than this, in bytes. */
const MAX_ANSWER_BYTES = 65_536;
const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;
const GONE = 410;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** The marketplace's own system, over connections that are kept. */
export function openEndpoint(address: string, disposer: Disposer): Post {
  const url = new URL(address);
  const { request, Agent } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true });
  disposer.defer(() => agent.destroy());

  const once = (body: Buffer, headers: Readonly<Record<string, string>>, timeoutMs: number) =>
    new Promise<Answer>((resolve, reject) => {
      let answer: Answer | undefined;
      let failure: unknown;
      const asked = request(url, {
        method: 'POST',
        agent,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': body.length,
          'user-agent': 'Parley',
        },
      });
      const timer = setTimeout(() => asked.destroy(new TimeoutError(timeoutMs)), timeoutMs);
      asked.on('response', (response) => {
        answer = {
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
        };
        let size = 0;
        response.on('data', (piece: Buffer) => {
          size += piece.length;
          if (size > MAX_ANSWER_BYTES) asked.destroy();
        });
        response.on('error', () => undefined);
      });
      asked.on('error', (error) => {
        failure = asked.reusedSocket ? new StaleConnection(error) : error;
      });
      asked.on('close', () => {
        clearTimeout(timer);
        if (answer === undefined) reject(failure);
        // The status says it, whatever became of the rest.
        else resolve(answer);
      });
      asked.end(body);
    });

  return async (text, headers) => {
    const body = Buffer.from(text);
    const deadline = performance.now() + POST_TIMEOUT_MS;
    for (;;) {
      try {
        return outcome(await once(body, headers, deadline - performance.now()));
      } catch (error) {
        // The endpoint closes a connection it has not used for a while just when we use it: the next one may be as old.
        if (!(error instanceof StaleConnection)) return { kind: 'failed', reason: nameOf(error) };
        if (!error.isReset || performance.now() >= deadline)
          return { kind: 'failed', reason: nameOf(error.cause) };
      }
    }
  };
}

/** A request on a connection that was used before has failed. */
class StaleConnection extends Error {
  /** Closed before there was anything of an answer (Node's manual, "request.reusedSocket"). */
  readonly isReset: boolean;

  constructor(cause: unknown) {
    super('a kept connection failed', { cause });
    const code = errorCode(cause);
    this.isReset = code === 'ECONNRESET' || code === 'EPIPE';
  }
}

const nameOf = (error: unknown): string => errorCode(error) ?? 'error';

function outcome({ status, retryAfter }: Answer): Posted {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const reason = String(status);
  if (status === GONE) return { kind: 'refused', reason };
  const askedMs =
    status === TOO_MANY_REQUESTS || status === UNAVAILABLE ? retryAfterMs(retryAfter) : undefined;
  return { kind: 'failed', reason, ...(askedMs === undefined ? {} : { askedMs }) };
}
