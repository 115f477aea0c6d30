import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS } from './redis-connect.ts';

/** Messages in one script: Redis does nothing else while it runs. */
const MAX_AT_ONCE = 256;

/**
 * Many PUBLISH in one command: ioredis makes a command, a promise and a write of each, which costs several times what
 * Redis spends on it (docs/performance.md). Redis runs a script's messages in their order.
 */
const PUBLISH_ALL = "for i = 1, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end";

/**
 * The same for channels of any slots of one node: one that has moved away must not keep the others. Nothing that we have
 * given up: a master that hung and wakes up when another has its place still passes on what it finds in its sockets, and the
 * other one takes it, late.
 */
const SPUBLISH_ALL = `local now = redis.call('TIME')
if now[1] * 1000 + now[2] / 1000 > tonumber(ARGV[1]) then return redis.error_reply('ERR late') end
local failure
for i = 2, #ARGV, 2 do
  local reply = redis.pcall('SPUBLISH', ARGV[i], ARGV[i + 1])
  if type(reply) == 'table' then failure = reply end
end
return failure`;

/** Publishes to one server, all messages of a turn in one command. */
export class RedisPublisher {
  readonly #redis: Redis;
  readonly #isSharded: boolean;
  readonly #onLost: (messages: readonly string[]) => void;
  /** What was published in this turn: channel, payload, channel, payload … */
  #outbox: string[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  /** By how much the server's clock is ahead of `performance.now()` here, or a little more, in milliseconds. */
  #aheadMs = 0;

  /** @param onLost gets messages, in pairs as in the outbox, of which some or all may not have been published */
  constructor(redis: Redis, isSharded: boolean, onLost: (messages: readonly string[]) => void) {
    this.#redis = redis;
    this.#isSharded = isSharded;
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
      const some = messages.length <= step ? messages : messages.slice(i, i + step);
      const sent: Promise<void> = this.#send(some)
        .then(
          () => undefined,
          () => this.#onLost(some),
        )
        .finally(() => this.#inFlight.delete(sent));
      this.#inFlight.add(sent);
    }
  }

  /** Resolves when what was published before has been confirmed or given up. */
  async settled(): Promise<void> {
    this.flush();
    await Promise.all(this.#inFlight);
  }

  /** To be called before the first message and now and then: rejects when the server does not answer. */
  async probe(): Promise<void> {
    const asked = performance.now();
    const [seconds = 0, microseconds = 0] = await this.#redis.time();
    // Strings of digits, whatever their type says.
    this.#aheadMs = seconds * 1_000 + microseconds / 1_000 - asked;
  }

  async #send(messages: readonly string[]): Promise<unknown> {
    if (this.#isSharded) {
      const deadline = performance.now() + this.#aheadMs + COMMAND_TIMEOUT_MS;
      return this.#redis.eval(SPUBLISH_ALL, 0, Math.ceil(deadline), ...messages);
    }
    const [channel = '', payload = ''] = messages;
    if (messages.length === 2) return this.#redis.publish(channel, payload);
    return this.#redis.eval(PUBLISH_ALL, 0, ...messages);
  }
}
