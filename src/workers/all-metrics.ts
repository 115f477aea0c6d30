import { Counter, Gauge, Registry } from 'prom-client';
import { mergeMetrics } from '../lib/metrics-text.ts';
import type { WorkerPool } from './worker-pool.ts';

/** How the workers fare, as only their supervisor knows. */
export interface PoolMetrics {
  readonly registry: Registry;
  readonly restarts: Counter;
}

/** @param servingCount asked at each scrape */
export function createPoolMetrics(servingCount: () => number): PoolMetrics {
  const registry = new Registry();
  const serving = new Gauge({
    name: 'parley_workers',
    help: 'Processes that serve on the shared port.',
    registers: [],
    collect() {
      this.set(servingCount());
    },
  });
  registry.registerMetric(serving);
  const restarts = new Counter({
    name: 'parley_worker_restarts_total',
    help: 'Attempts to replace a worker that had ended.',
    registers: [registry],
  });
  return { registry, restarts };
}

/** The workers' metrics, each with its number as the label `worker`, and the pool's own, in Prometheus's text format. */
export async function readAllMetrics(pool: WorkerPool, { registry }: PoolMetrics): Promise<string> {
  const answers = await pool.ask((channel) => channel.ask('metrics'));
  return mergeMetrics([
    { labels: {}, metrics: await registry.getMetricsAsJSON() },
    ...answers.map(({ worker, value }) => ({ labels: { worker: String(worker) }, metrics: value })),
  ]);
}
