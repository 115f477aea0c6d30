import type { Redis } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { FAIL_FAST, connect, createRedis } from './redis-connect.ts';

/**
 * Connections to ask several servers at once, sentinels or nodes of a cluster: one that is away or hangs must neither
 * delay nor decide the answer.
 */
export class RedisScouts {
  readonly #logger: Logger;
  readonly #connections = new Map<string, Redis>();
  #isClosed = false;

  constructor(logger: Logger, disposer: Disposer) {
    this.#logger = logger;
    disposer.defer(() => {
      this.#isClosed = true;
      this.#keep(new Set());
    });
  }

  /**
   * From now on these are asked, and no others.
   *
   * @throws when every one of them that is new can't be reached now
   */
  async watch(urls: readonly string[]): Promise<void> {
    if (this.#isClosed) return;
    this.#keep(new Set(urls));
    const attempts: Promise<void>[] = [];
    for (const url of new Set(urls)) {
      if (this.#connections.has(url)) continue;
      const redis = createRedis(
        url,
        { ...FAIL_FAST, connectionName: 'parley-scout' },
        this.#logger,
      );
      this.#connections.set(url, redis);
      attempts.push(connect(redis, url));
    }
    const results = await Promise.allSettled(attempts);
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0 && failures.length === results.length)
      throw new AggregateError(failures);
  }

  /**
   * What they answer to the same question.
   *
   * @throws their reasons, when none answers
   */
  async ask<Answer>(question: (redis: Redis, url: string) => Promise<Answer>): Promise<Answer[]> {
    const asked: Promise<Answer>[] = [];
    for (const [url, redis] of this.#connections)
      if (redis.status === 'ready') asked.push(question(redis, url));
    const results = await Promise.allSettled(asked);
    const answers: Answer[] = [];
    const failures: unknown[] = [];
    for (const result of results) {
      if (result.status === 'fulfilled') answers.push(result.value);
      else failures.push(result.reason);
    }
    if (answers.length === 0)
      throw new AggregateError(failures, 'no Redis server can be asked for the masters');
    return answers;
  }

  #keep(urls: ReadonlySet<string>): void {
    for (const [url, redis] of this.#connections) {
      if (urls.has(url)) continue;
      redis.disconnect();
      this.#connections.delete(url);
    }
  }
}
