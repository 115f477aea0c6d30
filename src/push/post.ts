import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { readStart } from '../lib/read-start.ts';

export interface PostAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** What the answer begins with. */
  readonly text: string;
}

/** Answers of push services are a few hundred bytes. */
const MAX_ANSWER = 16_384;
/** Connections to one server at once; more requests wait for one. */
const MAX_SOCKETS = 50;
const options = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: 'lifo' } as const;
const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };

/**
 * `fetch` takes three times as long, and opens as many connections as there are requests. A redirection is an answer like any other: what we send is for nobody
 * else.
 */
export function post(
  url: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
  signal: AbortSignal,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const isSecure = url.startsWith('https:');
    const request = (isSecure ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        agent: isSecure ? agents.https : agents.http,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response: IncomingMessage) => {
        readStart(response, MAX_ANSWER).then(
          (text) =>
            resolve({
              status: response.statusCode ?? 0,
              retryAfter: response.headers['retry-after'],
              text,
            }),
          reject,
        );
      },
    );
    // Node's own `signal` has a price with each request, which is felt where there are a thousand a second.
    signal.addEventListener('abort', () => request.destroy(signal.reason as Error), {
      once: true,
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The fields of a JSON object; none when it is anything else. */
export function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
