import type { Channel } from '../lib/channel.ts';
import { within } from '../lib/within.ts';
import type { WorkerApi } from './api.ts';
import { WorkerProcess, type WorkerParts } from './worker-process.ts';

/** One that hangs must not keep the others' answers: how long each may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 3_000;

export interface Answer<T> {
  readonly worker: number;
  readonly value: T;
}

/** All workers, numbered from 1. */
export class WorkerPool {
  readonly #workers: readonly WorkerProcess[];
  readonly #parts: WorkerParts;

  constructor(count: number, parts: WorkerParts) {
    this.#parts = parts;
    this.#workers = Array.from({ length: count }, (_, i) => new WorkerProcess(i + 1, parts));
  }

  get servingCount(): number {
    return this.#workers.filter(({ channel }) => channel !== undefined).length;
  }

  /**
   * Resolves when all of them serve.
   *
   * @throws {StartupError} of the first that can't; none is left then
   */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#workers.map((worker) => worker.start()));
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  /** What those that serve answer, each in time. */
  async ask<T>(question: (channel: Channel<WorkerApi>) => Promise<T>): Promise<Answer<T>[]> {
    const answers = await Promise.all(
      this.#workers.map(async ({ number, channel }): Promise<Answer<T>[]> => {
        if (channel === undefined) return [];
        try {
          const value = await within(ANSWER_TIMEOUT_MS, question(channel));
          return [{ worker: number, value }];
        } catch (err) {
          this.#parts.logger.warn({ err, worker: number }, 'a worker could not be asked');
          return [];
        }
      }),
    );
    return answers.flat();
  }

  /**
   * Has all of them drain, and end, at the same time.
   *
   * @throws {AggregateError} when some did not end as they should
   */
  async stop(spreadMs: number): Promise<void> {
    const stops = await Promise.allSettled(this.#workers.map((worker) => worker.stop(spreadMs)));
    const failures = stops.flatMap((it) => (it.status === 'rejected' ? [it.reason as Error] : []));
    if (failures.length > 0)
      throw new AggregateError(failures, failures.map(({ message }) => message).join(', '));
  }

  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }
}
