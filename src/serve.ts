import { availableParallelism } from 'node:os';
import type { Overrides } from './app.ts';
import { parseConfig, readEnv } from './config.ts';
import { createByRole } from './create-by-role.ts';
import { createLogger } from './lib/logger.ts';
import { stopAndExit } from './lib/service.ts';
import { StartupError } from './lib/startup-error.ts';
import { workerNumber } from './workers/api.ts';
import { startWorkers } from './workers/supervisor.ts';
import { serveAsWorker } from './workers/worker.ts';

/** A terminal's Ctrl-C comes twice under npm, which passes on what we got already: nobody insists within this time. */
const ECHO_MS = 1_000;

/** Runs a node, or several that share a port, configured by the environment, until a signal ends the process. */
export async function serve(overrides: Overrides = {}): Promise<void> {
  try {
    const number = workerNumber();
    if (number !== undefined) {
      serveAsWorker(number, overrides);
      return;
    }
    const config = parseConfig(readEnv());
    const logger = createLogger(config.logLevel);
    const workers = config.workers === 'auto' ? availableParallelism() : config.workers;
    const starting =
      workers === 1
        ? createByRole(config, logger, overrides)
        : startWorkers(config, workers, logger);
    let stoppingSince: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      if (stoppingSince !== undefined) {
        if (performance.now() - stoppingSince > ECHO_MS) process.exit(1);
        return;
      }
      stoppingSince = performance.now();
      // Ctrl-C is a developer, who waits; SIGTERM is a supervisor, whose other nodes take over.
      const spreadMs = signal === 'SIGINT' ? 0 : config.drainMs;
      logger.info({ signal, spreadMs }, 'draining');
      void stopAndExit(starting, spreadMs, logger);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

    const { port } = await starting;
    // Whoever waits for this line may send a signal next.
    logger.info({ port }, 'listening');
    if (config.demo)
      console.log(`\n  Parley is running. Chat as buyer and seller: http://localhost:${port}/\n`);
  } catch (error) {
    if (error instanceof StartupError) console.error(`parley: ${oneLine(error.message)}`);
    else console.error(error);
    process.exit(1);
  }
}

/** Messages of others may have several, and whoever reads the log gets one. */
const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
