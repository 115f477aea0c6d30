import type { Hub } from '../hub/hub.ts';
import type { Meter } from '../lib/metrics.ts';
import type { Backlog } from '../notifier.ts';
import { type Pools, addPoolMetrics } from './pools.ts';

/** What is asked at each scrape. */
export interface State {
  readonly load: () => Hub['load'];
  readonly undeliveredBytes: () => number;
  readonly queuedWrites: () => number;
  readonly runningBatches: () => number;
  readonly isBusConnected: () => boolean;
  readonly lostPublishes: () => number;
  readonly isPostgresUp: () => boolean;
  readonly pools: () => Pools;
  /** `undefined` without `DATABASE_REPLICA_URL`. */
  readonly replica: { readonly isUsed: boolean; readonly lagSeconds: number } | undefined;
  readonly isDraining: () => boolean;
  /** `undefined` on a node that does not work on notifications. */
  readonly backlog: (() => Promise<Backlog> | undefined) | undefined;
}

export function addStateMetrics(meter: Meter, state: State): void {
  meter.gauge('parley_connections', 'Open sockets.', () => state.load().sockets);
  meter.gauge(
    'parley_users',
    'Users with at least one open socket here.',
    () => state.load().users,
  );
  meter.gauge(
    'parley_presence_users',
    'Users who are online on any node, as this one knows.',
    () => state.load().online,
  );
  meter.counted(
    'parley_presence_frames_total',
    'Frames that say who is online handed to sockets here, each counted once for each socket.',
    () => state.load().presenceFrames,
  );
  meter.gauge(
    'parley_conversations_served',
    'Conversations of which a party is here.',
    () => state.load().conversations,
  );
  meter.gauge('parley_undelivered_bytes', 'What waits for slow sockets.', state.undeliveredBytes);
  meter.counted(
    'parley_frames_delivered_total',
    'Live frames handed to sockets here, each counted once for each socket; presence aside.',
    () => state.load().deliveredFrames,
  );
  meter.gauge('parley_queued_writes', 'Changes that wait for a batch.', state.queuedWrites);
  meter.gauge(
    'parley_running_batches',
    'Batches on the way to their COMMIT.',
    state.runningBatches,
  );
  meter.gauge(
    'parley_bus_connected',
    'Whether Redis carries messages: 1, or 0 while it is away.',
    () => Number(state.isBusConnected()),
  );
  meter.counted(
    'parley_bus_lost_publishes_total',
    'Messages that could not be given to Redis, or were not confirmed: other nodes read them from PostgreSQL.',
    state.lostPublishes,
  );
  meter.gauge(
    'parley_postgres_up',
    'Whether PostgreSQL has answered lately: 1, or 0 while it is away or hangs.',
    () => Number(state.isPostgresUp()),
  );
  addPoolMetrics(meter, state.pools);
  const { replica } = state;
  if (replica !== undefined) {
    meter.gauge(
      'parley_replica_used',
      'Whether history and lists are read from the replica: 1, or 0 while it is behind or away.',
      () => Number(replica.isUsed),
    );
    meter.gauge(
      'parley_replica_lag_seconds',
      'How old what the replica shows is; NaN while it does not answer.',
      () => replica.lagSeconds,
    );
  }
  meter.gauge('parley_draining', 'Whether the node is being stopped.', () =>
    Number(state.isDraining()),
  );
  meter.gauge(
    'parley_ready',
    'Whether the node takes sockets and writes: neither draining nor without PostgreSQL.',
    () => Number(state.isPostgresUp() && !state.isDraining()),
  );
}
