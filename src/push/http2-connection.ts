import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
  connect,
  constants,
} from 'node:http2';
import { readStart } from '../lib/read-start.ts';
import { TimeoutError } from '../lib/within.ts';

export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What it begins with; of 200 nothing is read. */
  readonly text: string;
}

/** In milliseconds. */
export interface Http2Times {
  /** Within which a server must answer at all. */
  readonly openMs: number;
  /** How often a server is asked whether it is there. */
  readonly pingMs: number;
  /** Within which it must say so. */
  readonly pongMs: number;
}

/** The server has done nothing of it, and will not: it may be sent again as it is (RFC 9113, section 8.7). */
export class Unprocessed extends Error {
  readonly code: string;

  constructor(code: string) {
    super('not processed');
    this.code = code;
  }
}

class Broken extends Error {
  readonly code = 'connection lost';
}

/** A request for which there is no stream yet. */
interface Waiter {
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

const MAX_ANSWER = 4_096;

/** One connection of HTTP/2. It opens no more streams than the server allows: the others wait for their turn. */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #pongMs: number;
  readonly #timers: NodeJS.Timeout[];
  readonly #waiting = new Set<Waiter>();
  /** `opening` until the server has said how many streams it allows; in `leaving` those there are come to their end. */
  #state: 'opening' | 'open' | 'leaving' | 'closed' = 'opening';
  #streams = 0;
  #error: unknown;
  /** The last stream that a server which leaves will look at. */
  #lastStream = Number.POSITIVE_INFINITY;
  #isAsking = false;
  #wasOpen = false;

  constructor(origin: string, { openMs, pingMs, pongMs }: Http2Times) {
    this.#pongMs = pongMs;
    const session = connect(origin, { settings: { enablePush: false } });
    this.#session = session;
    const opening = setTimeout(() => session.destroy(new TimeoutError(openMs)), openMs);
    const asking = setInterval(() => this.#ask(), pingMs);
    this.#timers = [opening, asking];
    session.on('remoteSettings', () => {
      clearTimeout(opening);
      this.#wasOpen = true;
      if (this.#state === 'opening') this.#state = 'open';
      this.#admit();
    });
    session.on('goaway', (_code, lastStream) => {
      this.#lastStream = lastStream;
      this.#leave();
    });
    session.on('error', (error) => {
      this.#error ??= error;
    });
    session.on('close', () => this.#end());
  }

  /** Whether another request may be given to it. */
  get isUsable(): boolean {
    const isKept = this.#state === 'opening' || this.#state === 'open';
    return isKept && !this.#session.closed && !this.#session.destroyed;
  }

  /** Rejects with {@link Unprocessed}, or with what broke. */
  async post(
    headers: OutgoingHttpHeaders,
    body: string,
    signal: AbortSignal,
  ): Promise<Http2Answer> {
    await this.#turn(signal);
    try {
      return await this.#exchange(headers, body, signal);
    } finally {
      this.#streams -= 1;
      this.#admit();
    }
  }

  close(): void {
    this.#session.destroy();
  }

  /** Resolves when a stream may be opened, which counts from then on: in the order they came. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => waiter.refuse(signal.reason);
      const waiter: Waiter = {
        admit: () => {
          done();
          resolve();
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', giveUp);
      this.#admit();
    });
  }

  #hasRoom(): boolean {
    return this.#state === 'open' && this.#streams < this.#maxStreams();
  }

  /** `SETTINGS_MAX_CONCURRENT_STREAMS`: APNs allows one before it has seen a valid token, then raises it. */
  #maxStreams(): number {
    return this.#session.remoteSettings?.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
  }

  /** What had no stream was seen by nobody; but a server that is away is not asked again at once. */
  #failure(): unknown {
    return this.#wasOpen ? new Unprocessed('connection closed') : (this.#error ?? new Broken());
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (!this.isUsable) waiter.refuse(this.#failure());
      else if (this.#hasRoom()) {
        this.#streams += 1;
        waiter.admit();
      } else return;
    }
  }

  async #exchange(
    headers: OutgoingHttpHeaders,
    body: string,
    signal: AbortSignal,
  ): Promise<Http2Answer> {
    // It may have ended since the turn was given.
    if (!this.isUsable) throw this.#failure();
    const stream = this.#session.request(headers);
    const cancel = (): void => {
      stream.close(constants.NGHTTP2_CANCEL);
      // It may have been slow, or the whole connection dead.
      this.#ask();
    };
    signal.addEventListener('abort', cancel);
    try {
      stream.end(body);
      return await answerOf(stream);
    } catch (error) {
      const isRefused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      const isLate = (stream.id ?? Number.POSITIVE_INFINITY) > this.#lastStream;
      throw isRefused || isLate ? new Unprocessed('refused stream') : (this.#error ?? error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** A connection may be dead without anybody having said so. */
  #ask(): void {
    if (this.#isAsking || this.#session.destroyed || this.#session.connecting) return;
    this.#isAsking = true;
    const timer = setTimeout(
      () => this.#session.destroy(new TimeoutError(this.#pongMs)),
      this.#pongMs,
    );
    this.#timers[2] = timer;
    this.#session.ping(() => {
      clearTimeout(timer);
      this.#isAsking = false;
    });
  }

  #leave(): void {
    if (this.#state === 'closed') return;
    this.#state = 'leaving';
    this.#admit();
  }

  #end(): void {
    this.#state = 'closed';
    for (const timer of this.#timers) clearInterval(timer);
    this.#admit();
  }
}

function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    let error: unknown;
    stream.on('error', (cause) => {
      error = cause;
    });
    // Also of one that was cancelled, which is no error.
    stream.on('close', () => reject(error ?? new Broken()));
    stream.on('response', (headers: IncomingHttpHeaders & IncomingHttpStatusHeader) => {
      const status = headers[':status'] ?? 0;
      if (status === 200) {
        stream.resume();
        stream.on('end', () => resolve({ status, headers, text: '' }));
      } else {
        readStart(stream, MAX_ANSWER).then((text) => resolve({ status, headers, text }), reject);
      }
    });
  });
}
