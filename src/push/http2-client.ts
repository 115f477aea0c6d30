import type { OutgoingHttpHeaders } from 'node:http2';
import {
  type Http2Answer,
  Http2Connection,
  type Http2Times,
  Unprocessed,
} from './http2-connection.ts';

const TIMES: Http2Times = { openMs: 5_000, pingMs: 60_000, pongMs: 3_000 };
/** How often a request goes out that no server has looked at. */
const MAX_TRIES = 3;

/** Requests to one server over one connection, which stays as long as it lives: another is opened when the server is about to leave, or silent. */
export class Http2Client implements Disposable {
  readonly #origin: string;
  readonly #times: Http2Times;
  #connection: Http2Connection | undefined;
  #isClosed = false;

  constructor(origin: string, times: Partial<Http2Times> = {}) {
    this.#origin = origin;
    this.#times = { ...TIMES, ...times };
  }

  /** Rejects when no whole answer came: then nobody knows whether it was done. */
  async post(
    headers: OutgoingHttpHeaders,
    body: string,
    signal: AbortSignal,
  ): Promise<Http2Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#current().post(headers, body, signal);
      } catch (error) {
        const isOver = this.#isClosed || signal.aborted || tries === MAX_TRIES;
        if (!(error instanceof Unprocessed) || isOver) throw error;
      }
    }
  }

  /** What is under way breaks off. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  #current(): Http2Connection {
    if (this.#isClosed) throw new Unprocessed('closed');
    if (this.#connection?.isUsable !== true)
      this.#connection = new Http2Connection(this.#origin, this.#times);
    return this.#connection;
  }
}
