import { type App, type Overrides, type Supervised, createApp } from './app.ts';
import type { Config } from './config.ts';
import type { Logger } from './lib/logger.ts';

/**
 * What `ROLE` makes of this process: a node, or a worker alone. Nodes that reach nobody who is not there do not load what that takes.
 *
 * @throws {StartupError} when something it needs is not there
 */
export async function createByRole(
  config: Config,
  logger: Logger,
  overrides: Overrides,
  supervised?: Supervised,
): Promise<App> {
  if (config.role !== 'worker') return createApp(config, logger, overrides, supervised);
  const { createWorkerApp } = await import('./worker-app.ts');
  return createWorkerApp(config, logger, overrides.stateDir, supervised);
}
