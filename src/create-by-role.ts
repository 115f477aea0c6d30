import { type App, type Overrides, type Supervised, createApp } from './app.ts';
import type { Config } from './config.ts';
import type { Logger } from './lib/logger.ts';
import { createWorkerApp } from './worker-app.ts';

/**
 * What `ROLE` makes of this process: a node, or a worker alone.
 *
 * @throws {StartupError} when something it needs is not there
 */
export const createByRole = (
  config: Config,
  logger: Logger,
  overrides: Overrides,
  supervised?: Supervised,
): Promise<App> =>
  config.role === 'worker'
    ? createWorkerApp(config, logger, overrides.stateDir, supervised)
    : createApp(config, logger, overrides, supervised);
