import { Disposer } from './disposer.ts';
import type { Logger } from './logger.ts';

/** What a process runs until a signal. */
export interface Service extends AsyncDisposable {
  readonly port: number;
  /** Takes leave of whom it serves, over `spreadMs` milliseconds. Dispose of it afterwards. */
  drain(spreadMs: number): Promise<void>;
}

/** Builds what is made of several parts: when one of them fails, those that have been started are stopped before this rejects with it. */
export async function startWhole<T>(
  logger: Logger,
  build: (disposer: Disposer) => Promise<T>,
): Promise<T> {
  const disposer = new Disposer();
  try {
    return await build(disposer);
  } catch (error) {
    await disposer[Symbol.asyncDispose]().catch((err: unknown) => {
      logger.error({ err }, 'what had been started could not be stopped');
    });
    throw error;
  }
}

/** How long stopping may take beyond the drain, in milliseconds. */
const STOP_TIMEOUT_MS = 15_000;

/** Drains, releases, and ends the process: with 0 when all went well. */
export async function stopAndExit(
  starting: Promise<Service>,
  spreadMs: number,
  logger: Logger,
): Promise<never> {
  setTimeout(() => process.exit(1), spreadMs + STOP_TIMEOUT_MS).unref();
  try {
    // What is half started must be there before it can be put away.
    const service = await starting;
    await service.drain(spreadMs);
    await service[Symbol.asyncDispose]();
  } catch (err) {
    logger.error({ err }, 'could not stop cleanly');
    process.exit(1);
  }
  logger.info('stopped');
  process.exit(0);
}
