import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly batchRows: Histogram<'kind'>;
  readonly batchSeconds: Histogram<'kind'>;
  readonly written: Counter<'kind'>;
}

/** @param connections asked at each scrape */
export function createMetrics(connections: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'parley_connections',
    help: 'Open sockets.',
    registers,
    collect() {
      this.set(connections());
    },
  });
  return {
    registry,
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
