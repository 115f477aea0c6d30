import type { Redis } from 'ioredis';
import type { Dialect } from './redis-dialect.ts';

/** Messages in one script: Redis does nothing else while it runs. */
const MAX_AT_ONCE = 256;

/** Publishes to one server, all messages of a turn in one command. */
export class RedisPublisher {
  readonly #redis: Redis;
  readonly #dialect: Dialect;
  readonly #onLost: (messages: readonly string[]) => void;
  /** What was published in this turn: channel, payload, channel, payload … */
  #outbox: string[] = [];
  readonly #inFlight = new Set<Promise<void>>();

  /** @param onLost gets messages, in pairs as in the outbox, of which some or all may not have been published */
  constructor(redis: Redis, dialect: Dialect, onLost: (messages: readonly string[]) => void) {
    this.#redis = redis;
    this.#dialect = dialect;
    this.#onLost = onLost;
  }

  publish(channel: string, payload: string): void {
    // After the promises of this turn: a batch of the writer settles all at once.
    if (this.#outbox.push(channel, payload) === 2) process.nextTick(() => this.flush());
  }

  flush(): void {
    const messages = this.#outbox;
    this.#outbox = [];
    const step = 2 * MAX_AT_ONCE;
    for (let i = 0; i < messages.length; i += step) {
      const sent = this.#send(messages.length <= step ? messages : messages.slice(i, i + step));
      this.#inFlight.add(sent);
      void sent.then(() => this.#inFlight.delete(sent));
    }
  }

  /** Resolves when what was published before has been confirmed or given up. */
  async settled(): Promise<void> {
    this.flush();
    await Promise.all(this.#inFlight);
  }

  async #send(messages: readonly string[]): Promise<void> {
    const { publish, publishAll } = this.#dialect;
    const [channel = '', payload = ''] = messages;
    try {
      if (messages.length === 2) await this.#redis[publish](channel, payload);
      else await this.#redis.eval(publishAll, 0, ...messages);
    } catch {
      this.#onLost(messages);
    }
  }
}
