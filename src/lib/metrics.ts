import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly batchRows: Histogram<'kind'>;
  readonly batchSeconds: Histogram<'kind'>;
  readonly written: Counter<'kind'>;
  readonly repaired: Counter;
  readonly resumes: Counter<'complete'>;
  readonly limited: Counter<'limit'>;
}

/** What is asked at each scrape. */
export interface Gauges {
  readonly connections: () => number;
  readonly undeliveredBytes: () => number;
  readonly isBusConnected: () => boolean;
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  gauge('parley_connections', 'Open sockets.', gauges.connections);
  gauge('parley_undelivered_bytes', 'What waits for slow sockets.', gauges.undeliveredBytes);
  gauge('parley_bus_connected', 'Whether Redis carries messages: 1, or 0 while it is away.', () =>
    Number(gauges.isBusConnected()),
  );
  return {
    registry,
    repaired: new Counter({
      name: 'parley_repaired_changes_total',
      help: 'Changes the bus did not bring, or not in time, and that were read from PostgreSQL.',
      registers,
    }),
    resumes: new Counter({
      name: 'parley_resumes_total',
      help: 'Sockets that came with a cursor; complete says whether all they missed was replayed.',
      labelNames: ['complete'],
      registers,
    }),
    limited: new Counter({
      name: 'parley_limited_total',
      help: 'What went over a limit, repeats of stored messages included, which are answered all the same.',
      labelNames: ['limit'],
      registers,
    }),
    written: new Counter({
      name: 'parley_writes_total',
      help: 'Changes that went through the writer, refused ones included.',
      labelNames: ['kind'],
      registers,
    }),
    batchRows: new Histogram({
      name: 'parley_batch_rows',
      help: 'Changes in one batch.',
      labelNames: ['kind'],
      buckets: [1, 4, 16, 64, 256, 1_000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'parley_batch_duration_seconds',
      help: 'From sending a batch to PostgreSQL until its COMMIT.',
      labelNames: ['kind'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
  };
}
