import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { createBackoff } from '../lib/backoff.ts';
import { type Channel, ChannelClosed, openChannel } from '../lib/channel.ts';
import type { Logger } from '../lib/logger.ts';
import { StartupError, startupErrorOf } from '../lib/startup-error.ts';
import { watch } from '../lib/watchdog.ts';
import { type SupervisorApi, type WorkerApi, workerEnv } from './api.ts';

/** A worker that hangs still gets its share of the connections: it is ended. */
const WATCHDOG = { everyMs: 2_000, maxUnanswered: 5 };
const BACKOFF = { firstMs: 1_000, maxMs: 30_000, forgetAfterMs: 60_000 };

export interface WorkerParts {
  readonly config: Config;
  readonly answers: SupervisorApi;
  /** Another one takes the place of one that ended. */
  readonly restarted: () => void;
  readonly logger: Logger;
}

interface Running {
  readonly child: ChildProcess;
  readonly channel: Channel<WorkerApi>;
  /** Gives its exit code, or else what ended it: a signal, or the reason why there never was a process. */
  readonly ended: Promise<number | string>;
}

/** One of the processes that share the port: whenever it ends by itself, another takes its place. */
export class WorkerProcess {
  readonly number: number;
  readonly #parts: WorkerParts;
  readonly #nextWait = createBackoff(BACKOFF);
  readonly #stopping = new AbortController();
  /** There is none between a crash and the restart. */
  #running: Running | undefined;
  #isServing = false;

  constructor(number: number, parts: WorkerParts) {
    this.number = number;
    this.#parts = parts;
  }

  /** To ask it something; there is none while it does not serve. */
  get channel(): Channel<WorkerApi> | undefined {
    return this.#isServing ? this.#running?.channel : undefined;
  }

  /**
   * Resolves when it serves. From then on it is kept alive.
   *
   * @throws {StartupError} when something it needs is not there, or it crashes before it serves
   */
  async start(): Promise<void> {
    const running = await this.#launch();
    void this.#keepAlive(running);
  }

  /**
   * Has it drain over so many milliseconds and end.
   *
   * @throws {Error} when it served, and did not end as it should
   */
  async stop(spreadMs: number): Promise<void> {
    this.#stopping.abort();
    const wasServing = this.#isServing;
    if (this.#running === undefined) return;
    const { channel, ended } = this.#running;
    // It ends instead of answering.
    channel.ask('stop', spreadMs).catch(() => undefined);
    const how = await ended;
    if (wasServing && how !== 0) throw new Error(`worker ${this.number} ended with ${how}`);
  }

  kill(): void {
    this.#stopping.abort();
    this.#running?.child.kill('SIGKILL');
  }

  async #launch(): Promise<Running> {
    const { config, answers, logger } = this.#parts;
    // The same program: its first lines tell from the environment what it is to be.
    const child = fork(process.argv[1] ?? '', process.argv.slice(2), {
      env: workerEnv(this.number),
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = new Promise<number | string>((resolve) => {
      child.on('exit', (code, signal) => resolve(code ?? signal ?? ''));
      // Also when a signal can't be sent: then the process is there still.
      child.on('error', ({ message }) => child.pid ?? resolve(message));
    });
    const running = { child, channel: openChannel<WorkerApi>(child, answers), ended };
    this.#running = running;
    try {
      await running.channel.ask('start', config);
    } catch (error) {
      child.kill('SIGKILL');
      const how = await ended;
      if (error instanceof ChannelClosed)
        throw new StartupError(`worker ${this.number} ended with ${how} while it started`);
      throw startupErrorOf(error) ?? error;
    }
    this.#isServing = true;
    logger.info({ worker: this.number, pid: child.pid }, 'a worker serves');
    return running;
  }

  #watch({ child, channel }: Running): () => void {
    const hangs = (): void => {
      const { number: worker } = this;
      this.#parts.logger.error({ worker, pid: child.pid }, 'a worker hangs: it is ended');
      child.kill('SIGKILL');
    };
    return watch(() => channel.ask('ping'), hangs, WATCHDOG);
  }

  async #keepAlive(first: Running): Promise<void> {
    const { logger, restarted } = this.#parts;
    const { signal } = this.#stopping;
    let running: Running | undefined = first;
    for (;;) {
      const since = performance.now();
      const endWatch = running && this.#watch(running);
      const how = await running?.ended;
      endWatch?.();
      this.#isServing = false;
      this.#running = undefined;
      if (signal.aborted) return;
      const restartInMs = Math.round(this.#nextWait(performance.now() - since));
      logger.error(
        { worker: this.number, pid: running?.child.pid, ended: how, restartInMs },
        'a worker ended: another takes its place',
      );
      await sleep(restartInMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      restarted();
      running = await this.#launch().catch((err: unknown) => {
        logger.error({ err, worker: this.number }, 'a worker could not start');
        return undefined;
      });
    }
  }
}
