import { Histogram } from './histogram.ts';
import type { LoadClient } from './load-client.ts';
import { nowUs } from './stamp.ts';

/** Whose copy of a message counts, is timed, and makes the next one be sent in a closed loop. */
export type Counted =
  /** the other party's: the message has been through the whole system */
  | 'partner'
  /** the sender's own: for an echo, and for conversations whose other party is not connected */
  | 'own';

export interface TrafficOptions {
  readonly counted: Counted;
  /** Closed loop: messages of each socket that are under way. Open loop: messages a second over all sockets. */
  readonly load:
    | { readonly kind: 'closed'; readonly window: number }
    | { readonly kind: 'open'; readonly rate: number };
}

/** Since the traffic began. */
export interface Counters {
  readonly sent: number;
  readonly delivered: number;
  /** Of the deliveries since the last time this was asked for, from the intended time of sending, in µs. */
  readonly latencies: Uint32Array;
  /** When this was counted, in µs. */
  readonly atUs: number;
}

const TICK_MS = 1;
const POLL_MS = 20;

/** Messages over the clients, until `stop`. */
export class Traffic {
  readonly #clients: readonly LoadClient[];
  readonly #options: TrafficOptions;
  #latencies = new Histogram();
  #sent = 0;
  #delivered = 0;
  #running = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(clients: readonly LoadClient[], options: TrafficOptions) {
    this.#clients = clients;
    this.#options = options;
    if (options.load.kind === 'closed') this.#fillWindows(options.load.window);
    else this.#startClock(options.load.rate);
  }

  delivered(to: LoadClient, us: number, sender: number): void {
    if ((sender === to.index) !== (this.#options.counted === 'own')) return;
    const now = nowUs();
    this.#delivered += 1;
    this.#latencies.record(now - us);
    if (this.#running && this.#options.load.kind === 'closed')
      this.#send(this.#options.counted === 'own' ? to : to.partner, now);
  }

  takeCounters(): Counters {
    const { counts } = this.#latencies;
    this.#latencies = new Histogram();
    return { sent: this.#sent, delivered: this.#delivered, latencies: counts, atUs: nowUs() };
  }

  /** Sends no more, and resolves when all has been delivered, or after so long. */
  async stop(patienceMs: number): Promise<Counters> {
    this.#running = false;
    clearTimeout(this.#timer);
    const deadline = Date.now() + patienceMs;
    while (this.#delivered < this.#sent && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return this.takeCounters();
  }

  #fillWindows(window: number): void {
    for (let i = 0; i < window; i += 1)
      for (const client of this.#clients) this.#send(client, nowUs());
  }

  /** Latency counts from when a message was due, however late it is sent: no coordinated omission. */
  #startClock(rate: number): void {
    const intervalUs = 1_000_000 / rate;
    const startUs = nowUs();
    let next = 0;
    const tick = (): void => {
      if (!this.#running) return;
      const now = nowUs();
      for (let due = startUs; (due = startUs + next * intervalUs) <= now; next += 1) {
        // A step that has no factor in common with any number of sockets spreads neighbours.
        const client = this.#clients[(next * 7_919) % this.#clients.length];
        if (client !== undefined) this.#send(client, due);
      }
      this.#timer = setTimeout(tick, TICK_MS);
    };
    tick();
  }

  #send(client: LoadClient, us: number): void {
    this.#sent += 1;
    client.send(us);
  }
}
