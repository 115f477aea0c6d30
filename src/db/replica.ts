import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientBase, DatabaseError, type Pool, type PoolClient } from 'pg';
import { createBatcher } from '../lib/batcher.ts';
import { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { StartupError } from '../lib/startup-error.ts';
import { within } from '../lib/within.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { READ_CONNECTIONS, openPool } from './pool.ts';
import { findPooler } from './pooler.ts';
import {
  type Lsn,
  type Position,
  readPosition,
  readReplayed,
  readStanding,
} from './replica-position.ts';

/** What can be asked. */
export type Queryable = Pick<ClientBase, 'query'>;

/**
 * Runs statements that only read, on the primary or on a replica that has all that had been committed at the call. They may run
 * a second time when the replica fails.
 */
export type Read = <T>(work: (db: Queryable) => Promise<T>) => Promise<T>;

/** How long a read waits for the replica to catch up, and how often it looks, in milliseconds. */
const CATCH_UP_MS = 40;
const LOOK_AGAIN_MS = 4;
/** How long a read may take on the replica, with all waiting, until the primary is asked. In milliseconds. */
const READ_MS = 1_000;
const CHECK_INTERVAL_MS = 1_000;
const FIRST_CHECK_MS = 3_000;
/** Two checks in a row had no answer. */
const SILENT_MS = 2 * (CHECK_INTERVAL_MS + READ_MS);
/** Those that wait for the primary's position are told it together. */
const ASK_TOGETHER = { maxSize: 10_000, maxRunning: 2 };

/** It answers, and is not what the configuration says. */
class WrongReplicaError extends Error {
  readonly code = 'wrong_replica';
}

/**
 * A streaming replica to read from. Each read first asks the primary how far its log is, then a session of the replica whether
 * it has come so far; so nobody ever misses what had been committed. When it is behind, silent or away the primary is read,
 * until a check each second finds it well.
 */
export class Replica {
  readonly #url: string;
  readonly #primary: Pool;
  readonly #logger: Logger;
  readonly #disposer = new Disposer();
  readonly #position: () => Promise<Position>;
  /** How far the replica was when last asked on this session; it goes only forwards, and with the server the session ends. */
  readonly #replayed = new WeakMap<PoolClient, Lsn>();
  #opening: Promise<Pool> | undefined;
  #pool: Pool | undefined;
  /** Whose log the replica has been found to follow; `undefined`: it is not read from. */
  #timeline: number | undefined;
  /** What the last check that got an answer has found, and when, by {@link performance.now}. */
  #heard = { at: 0, lagSeconds: Number.NaN };
  /** What the last check has found wrong; `undefined`: nothing. */
  #trouble: string | undefined = 'it has not been checked';
  readonly #stopped = new AbortController();

  /**
   * Checks the replica once. One that can't be reached does not keep a node from starting: it may be down when the node must come up,
   * and the primary serves all.
   *
   * @throws {StartupError} when it answers and is no replica of this primary, or refuses the log-in
   */
  static async open(
    url: string,
    primary: Pool,
    logger: Logger,
    disposer: Disposer,
  ): Promise<Replica> {
    const replica = new Replica(url, primary, logger);
    disposer.defer(() => replica.#close());
    try {
      await within(FIRST_CHECK_MS, replica.#check());
    } catch (error) {
      if (isMistake(error))
        throw new StartupError(`cannot use the replica of DATABASE_REPLICA_URL: ${error.message}`, {
          cause: error,
        });
      replica.#leave(error);
    }
    void replica.#keepChecking();
    return replica;
  }

  private constructor(url: string, primary: Pool, logger: Logger) {
    this.#url = url;
    this.#primary = primary;
    this.#logger = logger;
    const ask = createBatcher<undefined, Position>(async (waiting) => {
      const position = await readPosition(primary);
      return waiting.map(() => position);
    }, ASK_TOGETHER);
    this.#position = () => ask(undefined);
  }

  get isUsed(): boolean {
    return this.#timeline !== undefined;
  }

  /** How old what it shows is, in seconds: 0 while reads need not wait for it, `NaN` when it does not answer. */
  get lagSeconds(): number {
    const { at, lagSeconds } = this.#heard;
    return performance.now() - at > SILENT_MS ? Number.NaN : lagSeconds;
  }

  readonly read: Read = async (work) => {
    const pool = this.#pool;
    if (pool === undefined || this.#timeline === undefined) return work(this.#primary);
    const { lsn, timeline } = await this.#position();
    // Another primary: whether the replica follows that one is for the check to find out.
    if (timeline !== this.#timeline) return work(this.#primary);
    try {
      return await within(READ_MS, this.#readAt(pool, lsn, work));
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      // Nobody else waits for it, until a check finds it well. That is also who reports.
      this.#timeline = undefined;
      this.#logger.debug({ err: error }, 'a read went to the primary');
      return work(this.#primary);
    }
  };

  async #readAt<T>(pool: Pool, lsn: Lsn, work: (db: Queryable) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      await this.#catchUp(client, lsn);
      return await work(client);
    } finally {
      client.release();
    }
  }

  /** Resolves when the replica behind this session has come so far. */
  async #catchUp(client: PoolClient, lsn: Lsn): Promise<void> {
    const deadline = performance.now() + CATCH_UP_MS;
    while ((this.#replayed.get(client) ?? 0) < lsn) {
      const replayed = await readReplayed(client);
      this.#replayed.set(client, replayed);
      if (replayed >= lsn) return;
      if (performance.now() > deadline) throw new Error('it is behind');
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async #keepChecking(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(CHECK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await within(READ_MS, this.#check()).catch((error: unknown) => this.#leave(error));
    }
  }

  async #check(): Promise<void> {
    const pool = this.#pool ?? (await this.#connect());
    const { lsn, timeline } = await this.#position();
    const [here, there] = await Promise.all([readStanding(this.#primary), readStanding(pool)]);
    if (there.cluster !== here.cluster)
      throw new WrongReplicaError('it belongs to another cluster than DATABASE_URL');
    if (there.database !== here.database)
      throw new WrongReplicaError(`its database must be ${here.database}, as in DATABASE_URL`);
    if (!there.isReplica) throw new WrongReplicaError('it is a primary: name a streaming replica');
    if (there.timeline !== timeline) throw new Error('it does not follow this primary yet');
    let lagSeconds = there.age ?? Number.NaN;
    try {
      await this.#readAt(pool, lsn, () => Promise.resolve());
      lagSeconds = 0;
    } finally {
      this.#heard = { at: performance.now(), lagSeconds };
    }
    this.#timeline = timeline;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#logger.info('history and lists are read from the replica');
  }

  /** A check that was given up may still be at it. */
  #connect(): Promise<Pool> {
    this.#opening ??= this.#openPool().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openPool(): Promise<Pool> {
    // How far it is, and what is read, must come from one session.
    if ((await findPooler(this.#url)) !== undefined)
      throw new WrongReplicaError('it must not stand behind a pooler: name the replica itself');
    const options = { url: this.#url, max: READ_CONNECTIONS };
    this.#pool = openPool(options, this.#logger, this.#disposer);
    return this.#pool;
  }

  /** A check has failed: the primary is read from now on. */
  #leave(error: unknown): void {
    this.#timeline = undefined;
    const trouble = error instanceof Error ? error.message : String(error);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#logger.warn({ err: error }, 'the replica is not used: the primary is read instead');
  }

  async #close(): Promise<void> {
    this.#stopped.abort();
    await this.#disposer[Symbol.asyncDispose]();
  }
}

/** Classes 28 and 3D: it refuses the log-in, or has no such database. */
const isMistake = (error: unknown): error is Error =>
  error instanceof WrongReplicaError ||
  (error instanceof DatabaseError && /^(28|3D)/.test(error.code ?? ''));
