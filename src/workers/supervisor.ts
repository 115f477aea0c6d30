import type { Config } from '../config.ts';
import { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { ServingState } from '../transport/readiness.ts';
import { serveSidePorts } from '../transport/side-ports.ts';
import { createPoolMetrics, readAllMetrics } from './all-metrics.ts';
import { claimPort } from './claim-port.ts';
import { WorkerPool } from './worker-pool.ts';

/**
 * Runs `count` nodes in processes of their own that share a port: the kernel gives each connection to one of them. This process
 * serves nobody. It restarts who crashes, passes on when to stop, and tells Prometheus and HAProxy of all of them.
 *
 * @throws {StartupError} when something a worker needs is not there; none is left then
 */
export async function startWorkers(
  config: Config,
  count: number,
  logger: Logger,
): Promise<Service> {
  // Elsewhere SO_REUSEPORT gives all connections to one process.
  if (process.platform !== 'linux')
    throw new StartupError(`WORKERS needs Linux: leave it unset on ${process.platform}`);
  const disposer = new Disposer();
  let phase: 'starting' | 'serving' | 'draining' = 'starting';
  try {
    const port = await claimPort({ ...config.listen, variable: 'PORT' }, disposer);
    const metrics = createPoolMetrics(() => pool.servingCount);
    const readMetrics = () => readAllMetrics(pool, metrics);
    const pool = new WorkerPool(count, {
      config: { ...config, listen: { ...config.listen, port } },
      answers: { allMetrics: readMetrics },
      restarted: () => metrics.restarts.inc(),
      logger,
    });
    const readState = async (): Promise<ServingState> => {
      if (phase === 'draining') return 'drain';
      const states = await pool.ask((channel) => channel.ask('state'));
      return states.some(({ value }) => value === 'up') ? 'up' : 'down';
    };
    await serveSidePorts(config, { readMetrics, readState, logger }, disposer);
    // Whoever insists on the end does not wait for the workers. Those of a supervisor that crashed see their sockets off themselves.
    process.on('exit', () => {
      if (phase !== 'serving') pool.kill();
    });
    await pool.start();
    phase = 'serving';
    return {
      port,
      async drain(spreadMs) {
        phase = 'draining';
        await pool.stop(spreadMs);
      },
      [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
    };
  } catch (error) {
    await disposer[Symbol.asyncDispose]();
    throw error;
  }
}
