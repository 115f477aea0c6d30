import { Histogram } from './histogram.ts';
import { HttpClient, getRequest } from './http-client.ts';
import { nextSourceAddress } from './source-address.ts';
import { nowUs } from './stamp.ts';
import { signToken } from './token.ts';

export interface Get {
  readonly path: string;
  readonly userId: string;
}

export interface RequestOptions {
  readonly ports: readonly number[];
  readonly secret: string;
  /** Made in turn. */
  readonly gets: readonly Get[];
  /** A second. */
  readonly rate: number;
  /** Of these nothing is counted. */
  readonly warmMs: number;
  readonly measureMs: number;
  /** Kept alive; a request waits for one that is free, and that counts. */
  readonly connections: number;
}

/** How long requests took, in µs. */
export interface RequestTimes {
  /** From when each was due: what a user waits, whatever stood before it. */
  readonly fromDue: Uint32Array;
  /** From when it was sent: what the server takes, without this generator's clock, which ticks each millisecond. */
  readonly fromSent: Uint32Array;
}

const TICK_MS = 1;

/** REST in an open loop: requests are made when they are due, however long others take. */
export const createRequesting = () => ({
  /** Fails when an answer is not 200. */
  async request(options: RequestOptions): Promise<RequestTimes> {
    const requests = options.gets.map(({ path, userId }) =>
      getRequest(path, signToken(userId, options.secret)),
    );
    const pool = new Pool(options);
    const fromDue = new Histogram();
    const fromSent = new Histogram();
    const startUs = nowUs();
    const total = (options.rate * (options.warmMs + options.measureMs)) / 1_000;
    const count = { made: 0, answered: 0 };
    try {
      while (count.answered < total) {
        const due = Math.min(total, ((nowUs() - startUs) * options.rate) / 1_000_000);
        for (; count.made < due; count.made += 1) {
          const dueUs = startUs + (count.made * 1_000_000) / options.rate;
          const isCounted = dueUs - startUs >= options.warmMs * 1_000;
          pool.request(requests[count.made % requests.length] ?? Buffer.alloc(0), (sentUs) => {
            count.answered += 1;
            if (!isCounted) return;
            const now = nowUs();
            fromDue.record(now - dueUs);
            fromSent.record(now - sentUs);
          });
        }
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
        pool.assertHealthy();
      }
      return { fromDue: fromDue.counts, fromSent: fromSent.counts };
    } finally {
      pool.close();
    }
  },
});

type Done = (sentUs: number) => void;

class Pool {
  readonly #clients: readonly HttpClient[];
  /** In the order they became idle, so that all have their turn. */
  readonly #idle: HttpClient[];
  readonly #waiting: { readonly bytes: Buffer; readonly done: Done }[] = [];
  #failure: string | undefined;

  constructor({ connections, ports }: RequestOptions) {
    this.#clients = Array.from(
      { length: connections },
      (_, i) =>
        new HttpClient(ports[i % ports.length] ?? 0, nextSourceAddress(), (reason) => {
          this.#failure = reason;
        }),
    );
    this.#idle = [...this.#clients];
  }

  request(bytes: Buffer, done: Done): void {
    this.#waiting.push({ bytes, done });
    const client = this.#idle.shift();
    if (client !== undefined) this.#serve(client);
  }

  assertHealthy(): void {
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #serve(client: HttpClient): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.push(client);
      return;
    }
    const sentUs = nowUs();
    client.request(next.bytes, (status) => {
      if (status !== 200) this.#failure = `an answer was ${status}`;
      next.done(sentUs);
      this.#serve(client);
    });
  }
}
