import { type DialectName, DIALECTS } from './dialects.ts';
import { inParallel } from './in-parallel.ts';
import { type ClientSpec, LoadClient } from './load-client.ts';
import { nextSourceAddress } from './source-address.ts';
import { type Counters, Traffic, type TrafficOptions } from './traffic.ts';

export interface ConnectOptions {
  readonly dialect: DialectName;
  readonly secret: string;
  /** In pairs: the clients 2k and 2k + 1 share their first conversations. */
  readonly clients: readonly ClientSpec[];
  /** How many handshakes are under way at once. */
  readonly parallel: number;
}

const MAX_REPORTED = 3;

/** Sockets that send and receive stamped messages. */
export function createChatting() {
  let clients: LoadClient[] = [];
  let traffic: Traffic | undefined;
  let failures: string[] = [];

  return {
    /** Replaces the sockets there are. @returns how long it took, in ms */
    async connect({ dialect, secret, clients: specs, parallel }: ConnectOptions): Promise<number> {
      const started = performance.now();
      const made: LoadClient[] = [];
      await inParallel(specs, parallel, async (spec, index) => {
        made[index] = await LoadClient.connect(index, spec, {
          dialect: DIALECTS[dialect],
          secret,
          localAddress: nextSourceAddress(),
          events: {
            delivered: (to, us, sender) => traffic?.delivered(to, us, sender),
            failed: (reason) => failures.push(reason),
          },
        });
      });
      for (const client of made) client.partner = made[client.index ^ 1] ?? client;
      clients = made;
      return performance.now() - started;
    },

    begin(options: TrafficOptions): void {
      traffic = new Traffic(clients, options);
    },

    /** Fails when a socket was lost or a message refused. */
    counters(): Counters {
      assertNoFailure();
      return running().takeCounters();
    },

    /** @param patienceMs how long it waits for what is under way */
    async end(patienceMs: number): Promise<Counters> {
      const counters = await running().stop(patienceMs);
      assertNoFailure();
      return counters;
    },

    disconnect(): void {
      for (const client of clients) client.close();
      clients = [];
      failures = [];
    },
  };

  function running(): Traffic {
    if (traffic === undefined) throw new Error('nothing has begun');
    return traffic;
  }

  function assertNoFailure(): void {
    if (failures.length > 0)
      throw new Error(
        `${failures.length} sockets or messages failed: ${failures.slice(0, MAX_REPORTED).join(', ')}`,
      );
  }
}
