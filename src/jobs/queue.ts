import type { PoolClient } from 'pg';

/**
 * `push`: somebody may have something to be told of. `push_again`: one device that could not be told. `remind`: the same as `push`, later, by e-mail
 * and `message.unread`. `email`: one digest. `webhook`: one event for the marketplace's system.
 */
export const QUEUE_NAMES = ['push', 'push_again', 'remind', 'email', 'webhook'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

export interface Job<T> {
  readonly item: T;
  /** How often it was tried before. */
  readonly attempt: number;
  /** When it was added first, in milliseconds since 1970. */
  readonly since: number;
}

export interface Retry<T> {
  readonly job: Job<T>;
  /** It was put back as it came: no attempt to count. */
  readonly isUntried?: boolean;
  readonly afterMs: number;
}

/** What became of a batch of jobs. All are done but those to be tried again. */
export interface Done<T> {
  readonly retries: readonly Retry<T>[];
  /** Writes what was done, in the transaction that ends the jobs. */
  readonly record?: (tx: PoolClient) => Promise<void>;
}

export interface Queue<T> {
  readonly name: QueueName;
  /** Jobs that are fetched together. */
  readonly batchSize: number;
  /** Batches at once, in this process. */
  readonly concurrency: number;
  /** While it says so no jobs are fetched: what they all need is away, and they may as well wait where they are. */
  readonly isResting?: () => boolean;
  /**
   * Must end within 45 s: after a minute somebody else gets these jobs. When it rejects all of them are tried again in a few seconds. It may get
   * what it has had before: whoever worked on it died before it was recorded.
   */
  readonly run: (jobs: readonly Job<T>[]) => Promise<Done<T>>;
}
