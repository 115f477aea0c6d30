import type { Pool } from 'pg';
import { WRITE_CONNECTIONS } from '../db/pool.ts';
import { isAboutData, isRetryable } from '../db/sql-state.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { ProtocolError, unavailable } from '../protocol/errors.ts';
import type { WriteKind } from './write-kind.ts';

/**
 * The only way to a persisted change. Collects what arrives while the last batches commit and runs one statement for
 * each batch (group commit). Changes of one conversation are made in the order they were submitted.
 */
export interface Writer {
  /**
   * Rejects with a {@link ProtocolError}; `unavailable` when the queue is full, when a batch does not begin within 5 s, or
   * when PostgreSQL fails. A change that failed was not made, unless PostgreSQL stopped answering after it was asked.
   */
  submit<I extends { readonly conversationId: string }, O>(
    kind: WriteKind<I, O>,
    input: I,
  ): Promise<O>;
  /** Resolves when nothing is queued or running. */
  settled(): Promise<void>;
  /** Changes that wait for a batch. */
  readonly queued: number;
  /** Batches on their way. */
  readonly running: number;
}

/** Why changes are answered with `unavailable`: the queue is full, they waited too long in it, or PostgreSQL failed. */
export type WriteRefusal = 'full' | 'expired' | 'failed';

export interface WriterObserver {
  /**
   * A batch has ended, well or not.
   *
   * @param seconds from its beginning
   * @param waitedSeconds from when its oldest change was submitted
   */
  batch(kind: string, rows: number, seconds: number, waitedSeconds: number): void;
  refused(reason: WriteRefusal, rows: number): void;
}

interface Entry {
  readonly kind: WriteKind<never, unknown>;
  readonly conversationId: string;
  readonly key: string | undefined;
  readonly input: unknown;
  readonly queuedAt: number;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

const MAX_BATCH_ROWS = 1_000;
const MAX_QUEUED = 10_000;
/** Whoever waits longer than this for a batch is refused: PostgreSQL hangs, or is far too slow. */
const MAX_WAIT_MS = 5_000;
// What a batch costs is mostly the same for one row as for thirty, so few and large ones are cheap and many small ones are
// fast (docs/performance.md has what was measured). The next one starts after a gap that grows with the last one's rows:
// nothing to speak of for a few messages, and with thousands a second large enough that batches stay few. Beside one that
// runs it takes a little more, so that an idle moment is not filled with batches of one row. Once many rows are queued two
// take turns, and one that will be big need not wait for the gap.
const MAX_BATCHES = WRITE_CONNECTIONS;
const GAP_MS_PER_ROW = 0.25;
const MAX_GAP_MS = 12;
const SIDE_GAP_MS = 3;
const MAX_BIG_BATCHES = 2;
const MANY_ROWS = 32;
const BIG_ROWS = 128;
const MAX_ATTEMPTS = 5;

export function createWriter(pool: Pool, logger: Logger, observer: WriterObserver): Writer {
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown, kind: string, rows: number) =>
    logger.error({ err, kind, rows, leftOut }, 'a batch was not written'),
  );
  let queue: Entry[] = [];
  let running = 0;
  /** By {@link performance.now}. */
  let lastStart = 0;
  let lastRows = 0;
  let scheduled = false;
  let pace: NodeJS.Timeout | undefined;
  const busy = new Set<string>();
  let waiters: (() => void)[] = [];
  let expiry: NodeJS.Timeout | undefined;

  const tellWhenIdle = (): void => {
    if (running > 0 || queue.length > 0) return;
    for (const done of waiters) done();
    waiters = [];
  };

  const expire = (): void => {
    expiry = undefined;
    const limit = performance.now() - MAX_WAIT_MS;
    // In order of age: what must wait keeps its place.
    const count = queue.findIndex(({ queuedAt }) => queuedAt > limit);
    const expired = queue.splice(0, count === -1 ? queue.length : count);
    for (const entry of expired) entry.reject(unavailable());
    if (expired.length > 0) observer.refused('expired', expired.length);
    expireLater();
    tellWhenIdle();
  };
  const expireLater = (): void => {
    const oldest = queue[0]?.queuedAt;
    if (oldest === undefined) return;
    expiry ??= setTimeout(expire, oldest + MAX_WAIT_MS - performance.now() + 1);
  };

  /** The first entry and all that may go with it; what must wait keeps its place, and holds back its conversation. */
  const takeBatch = (): Entry[] => {
    const batch: Entry[] = [];
    const rest: Entry[] = [];
    const held = new Set(busy);
    const keys = new Set<string>();
    for (const entry of queue) {
      const fits =
        batch.length < MAX_BATCH_ROWS &&
        (batch[0] === undefined || batch[0].kind === entry.kind) &&
        !held.has(entry.conversationId) &&
        (entry.key === undefined || !keys.has(entry.key));
      if (fits) {
        batch.push(entry);
        if (entry.key !== undefined) keys.add(entry.key);
      } else {
        rest.push(entry);
        held.add(entry.conversationId);
      }
    }
    queue = rest;
    return batch;
  };

  /** Whether one more batch makes the queue faster, at a price that does not grow with the load. */
  const mayStart = (): boolean => {
    if (running >= (queue.length > MANY_ROWS ? MAX_BIG_BATCHES : MAX_BATCHES)) return false;
    if (queue.length >= BIG_ROWS) return true;
    const gap = Math.min(MAX_GAP_MS, lastRows * GAP_MS_PER_ROW) + (running > 0 ? SIDE_GAP_MS : 0);
    const wait = lastStart + gap - performance.now();
    if (wait <= 0) return true;
    // A batch that runs may take long, and the next one must not wait for its end.
    pace ??= setTimeout(() => {
      pace = undefined;
      flush();
    }, wait);
    return false;
  };

  const flush = (): void => {
    scheduled = false;
    while (queue.length > 0) {
      if (!mayStart()) return;
      const batch = takeBatch();
      if (batch.length === 0) return;
      void runBatch(batch);
    }
  };

  const runBatch = async (batch: readonly Entry[]): Promise<void> => {
    running += 1;
    for (const entry of batch) busy.add(entry.conversationId);
    const started = performance.now();
    lastStart = started;
    lastRows = batch.length;
    try {
      await write(batch);
    } finally {
      running -= 1;
      for (const entry of batch) busy.delete(entry.conversationId);
      const ended = performance.now();
      // The queue is in order of age, and so is a batch.
      const { kind, queuedAt } = batch[0] as Entry;
      observer.batch(
        kind.name,
        batch.length,
        (ended - started) / 1_000,
        (ended - queuedAt) / 1_000,
      );
      // The gap beside a batch that runs is the longer one.
      clearTimeout(pace);
      pace = undefined;
      flush();
      tellWhenIdle();
    }
  };

  const write = async (batch: readonly Entry[], attempt = 1): Promise<void> => {
    const kind = batch[0]?.kind;
    if (kind === undefined) return;
    let results: readonly unknown[];
    try {
      results = await kind.run(pool, batch.map((entry) => entry.input) as never);
    } catch (error) {
      if (isRetryable(error) && attempt < MAX_ATTEMPTS) return write(batch, attempt + 1);
      // Of some row. The others must not suffer for it.
      if (isAboutData(error) && batch.length > 1) {
        for (const entry of batch) await write([entry]);
        return undefined;
      }
      report(error, kind.name, batch.length);
      observer.refused('failed', batch.length);
      for (const entry of batch) entry.reject(unavailable(error));
      return undefined;
    }
    batch.forEach((entry, i) => {
      const result = results[i];
      if (result instanceof ProtocolError) entry.reject(result);
      else entry.resolve(result);
    });
  };

  return {
    submit(kind, input) {
      if (queue.length >= MAX_QUEUED) {
        observer.refused('full', 1);
        return Promise.reject(unavailable());
      }
      return new Promise((resolve, reject) => {
        queue.push({
          kind,
          conversationId: input.conversationId,
          key: kind.key(input),
          input,
          queuedAt: performance.now(),
          resolve,
          reject,
        });
        expireLater();
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },
    settled() {
      if (running === 0 && queue.length === 0) return Promise.resolve();
      return new Promise((resolve) => waiters.push(resolve));
    },
    get queued() {
      return queue.length;
    },
    get running() {
      return running;
    },
  };
}
