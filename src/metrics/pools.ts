import type { Pool } from 'pg';
import type { Meter } from '../lib/metrics.ts';

/** Pools of connections to PostgreSQL, by name. */
export type Pools = Readonly<Record<string, Pool>>;

export function addPoolMetrics(meter: Meter, pools: () => Pools): void {
  meter.gauges(
    'parley_postgres_connections',
    'Connections to PostgreSQL by pool, idle and in use.',
    ['pool', 'state'],
    () =>
      Object.entries(pools()).flatMap(([pool, { idleCount, totalCount }]) => [
        { labels: { pool, state: 'idle' }, value: idleCount },
        { labels: { pool, state: 'in_use' }, value: totalCount - idleCount },
      ]),
  );
  meter.gauges(
    'parley_postgres_waiting',
    'Statements that wait for a connection, by pool.',
    ['pool'],
    () =>
      Object.entries(pools()).map(([pool, { waitingCount }]) => ({
        labels: { pool },
        value: waitingCount,
      })),
  );
}
