import { Meter } from '../lib/metrics.ts';
import type { Backlog } from '../notifier.ts';

import type { ServingState } from '../transport/readiness.ts';
import { type Pools, addPoolMetrics } from './pools.ts';
import type { NotifierObserver } from '../notifier.ts';
import { addNotifierMetrics } from './notifier.ts';

export interface WorkerState {
  readonly backlog: () => Promise<Backlog> | undefined;
  readonly pools: () => Pools;
  readonly readState: () => Promise<ServingState>;
}

/** Of a process that serves nobody (`ROLE=worker`): by the names that nodes use. */
export function createWorkerMetrics({ backlog, pools, readState }: WorkerState): {
  readonly registry: Meter['registry'];
  readonly notifierObserver: NotifierObserver;
} {
  const meter = new Meter();
  addPoolMetrics(meter, pools);
  meter.gauges('parley_postgres_up', 'Whether PostgreSQL answers.', [], async () => [
    { labels: {}, value: Number((await readState()) !== 'down') },
  ]);
  meter.gauges('parley_draining', 'Whether the process is being stopped.', [], async () => [
    { labels: {}, value: Number((await readState()) === 'drain') },
  ]);
  meter.gauges('parley_ready', 'Whether the process works.', [], async () => [
    { labels: {}, value: Number((await readState()) === 'up') },
  ]);
  return { registry: meter.registry, notifierObserver: addNotifierMetrics(meter, backlog) };
}
