import type { Config } from '../config.ts';
import type { MetricsData } from '../lib/metrics-text.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { ServingState } from '../transport/readiness.ts';

/** What a supervisor asks of its workers. */
export type WorkerApi = {
  /**
   * Comes first, and once. Answers when the worker takes sockets.
   *
   * @throws {StartupError} when something it needs is not there
   */
  start(config: Config): Promise<void>;
  /** Drains over so many milliseconds and ends the process: there is no answer. */
  stop(spreadMs: number): Promise<never>;
  /** Shows that it still does something. */
  ping(): void;
  metrics(): Promise<MetricsData>;
  state(): Promise<ServingState>;
};

/** What a worker asks of its supervisor. */
export type SupervisorApi = {
  /** The metrics of all workers, in Prometheus's text format. */
  allMetrics(): Promise<string>;
};

/** Makes a process a worker, and gives its number. */
const VARIABLE = 'PARLEY_WORKER';

export const workerEnv = (number: number) => ({ ...process.env, [VARIABLE]: String(number) });

/**
 * `undefined` in a process that was not forked to be a worker.
 *
 * @throws {StartupError} when its supervisor has gone already: it must not become one itself
 */
export function workerNumber(): number | undefined {
  const number = process.env[VARIABLE];
  if (number === undefined) return undefined;
  if (!process.connected) throw new StartupError(`${VARIABLE} is set, and there is no supervisor`);
  return Number(number);
}
