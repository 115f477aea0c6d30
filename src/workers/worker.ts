import type { App, Overrides } from '../app.ts';
import { createByRole } from '../create-by-role.ts';
import { openChannel } from '../lib/channel.ts';
import { createLogger } from '../lib/logger.ts';
import { stopAndExit } from '../lib/service.ts';
import { within } from '../lib/within.ts';
import type { SupervisorApi, WorkerApi } from './api.ts';

/** Longer than the supervisor waits for other workers, in milliseconds. */
const ALL_METRICS_TIMEOUT_MS = 5_000;

/** Makes this process one of a supervisor's nodes. It does as it is told over their channel, and ends when that does. */
export function serveAsWorker(number: number, overrides: Overrides): void {
  let logger = createLogger('info').child({ worker: number });
  let drainMs = 0;
  let starting: Promise<App> | undefined;
  let isStopping = false;
  const started = (): Promise<App> => starting ?? Promise.reject(new Error('not started'));

  const stop = (spreadMs: number): Promise<never> => {
    isStopping = true;
    return stopAndExit(started(), spreadMs, logger);
  };
  const readMetrics = () => within(ALL_METRICS_TIMEOUT_MS, channel.ask('allMetrics'));
  const answers: WorkerApi = {
    async start(config) {
      logger = createLogger(config.logLevel).child({ worker: number });
      drainMs = config.drainMs;
      starting = createByRole(config, logger, overrides, { readMetrics });
      await starting;
    },
    stop,
    ping: () => undefined,
    metrics: async () => (await started()).metrics(),
    state: async () => (await started()).state(),
  };
  const channel = openChannel<SupervisorApi>(process, answers);

  process.on('disconnect', () => {
    if (starting === undefined) process.exit(1);
    logger.warn('the supervisor is gone');
    // Who comes now finds the next supervisor's workers, which may be here already.
    starting.then(
      (app) => app.stopListening(),
      () => undefined,
    );
    if (!isStopping) void stop(drainMs);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A terminal and systemd send it to all processes: the supervisor says what to do. Without one, somebody means this one.
      if (!process.connected) process.exit(1);
    });
  }
}
