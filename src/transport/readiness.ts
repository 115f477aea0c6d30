import type { Database } from '../db/pool.ts';
import type { Logger } from '../lib/logger.ts';
import { within } from '../lib/within.ts';

/** Whether new sockets are welcome: not while the node drains, nor while it is `down`, for without PostgreSQL it serves nobody. */
export type ServingState = 'up' | 'drain' | 'down';

/** Answers within {@link READY_TIMEOUT_MS}, and never rejects. */
export type ReadState = () => Promise<ServingState>;

/** A hung PostgreSQL is as good as none, and a balancer does not wait for long. In milliseconds. */
const READY_TIMEOUT_MS = 2_000;

/**
 * However many ask at once, PostgreSQL is asked once, on one of the writer's connections: a node whose readers all wait for slow pages
 * is ready.
 */
export function createReadState(
  { writePool }: Database,
  isDraining: () => boolean,
  logger: Logger,
): ReadState {
  let asking: Promise<ServingState> | undefined;
  let wasUp = true;
  const ask = async (): Promise<ServingState> => {
    try {
      await within(READY_TIMEOUT_MS, writePool.query('SELECT 1'));
      if (!wasUp) logger.info('ready again');
      wasUp = true;
      return 'up';
    } catch (err) {
      // Balancers ask every other second.
      if (wasUp) logger.warn({ err }, 'not ready: PostgreSQL does not answer');
      wasUp = false;
      return 'down';
    } finally {
      asking = undefined;
    }
  };
  return () => (isDraining() ? Promise.resolve('drain') : (asking ??= ask()));
}
