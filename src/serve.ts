import { type Overrides, createApp } from './app.ts';
import { parseConfig, readEnv } from './config.ts';
import { createLogger } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';

/** How long stopping may take beyond the drain, in milliseconds. */
const STOP_TIMEOUT_MS = 15_000;
/** A terminal's Ctrl-C comes twice under npm, which passes on what we got already: nobody insists within this time. */
const ECHO_MS = 1_000;

/** Runs a node, configured by the environment, until a signal ends the process. */
export async function serve(overrides: Overrides = {}): Promise<void> {
  try {
    const config = parseConfig(readEnv());
    const logger = createLogger(config.logLevel);
    const starting = createApp(config, logger, overrides);
    let stoppingSince: number | undefined;
    const stop = async (signal: NodeJS.Signals): Promise<void> => {
      if (stoppingSince !== undefined) {
        if (performance.now() - stoppingSince > ECHO_MS) process.exit(1);
        return;
      }
      stoppingSince = performance.now();
      // Ctrl-C is a developer, who waits; SIGTERM is a supervisor, whose other nodes take over.
      const spreadMs = signal === 'SIGINT' ? 0 : config.drainMs;
      logger.info({ signal, spreadMs }, 'draining');
      setTimeout(() => process.exit(1), spreadMs + STOP_TIMEOUT_MS).unref();
      // What is half started must be there before it can be put away.
      const app = await starting;
      await app.drain(spreadMs);
      await app[Symbol.asyncDispose]();
      logger.info('stopped');
      process.exit(0);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        stop(signal).catch((err: unknown) => {
          logger.error({ err }, 'could not stop cleanly');
          process.exit(1);
        });
      });
    }

    const app = await starting;
    // Whoever waits for this line may send a signal next.
    logger.info({ port: app.port }, 'listening');
    if (config.demo)
      console.log(
        `\n  Parley is running. Chat as buyer and seller: http://localhost:${app.port}/\n`,
      );
  } catch (error) {
    if (error instanceof StartupError) console.error(`parley: ${error.message}`);
    else console.error(error);
    process.exit(1);
  }
}
