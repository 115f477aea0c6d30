import type { Redis } from 'ioredis';
import { groupBy } from '../lib/group-by.ts';
import type { Logger } from '../lib/logger.ts';
import { chunks, forgetChannels } from './redis-channels.ts';
import type { Dialect } from './redis-dialect.ts';

/** How many channels one SUBSCRIBE names. Measured for 10,000 channels: one at a time 650 ms, by 100 293 ms, by 1,000 56 ms. */
const SUBSCRIBE_CHUNK = 1_000;
/** How many channels are under way at once when all are subscribed anew: they may be a million. */
const RENEWED_AT_ONCE = 2_000;

export interface SubscriberParts {
  readonly dialect: Dialect;
  readonly slotOf: (channel: string) => number;
  /** All that is wanted, of any slot. */
  readonly sources: readonly (() => Iterable<string>)[];
  /** Something is not subscribed any more: the connection was lost, or a slot has moved. */
  readonly onLost: () => void;
  /** Everything is subscribed again. */
  readonly onRestored: () => void;
  readonly logger: Logger;
}

/** The subscriptions of one server, to the channels of the slots it has. They come back with its connection. */
export class RedisSubscriber {
  readonly #redis: Redis;
  readonly #parts: SubscriberParts;
  readonly #slots = new Set<number>();
  /** Slots with channels that are provided and may not be subscribed. */
  #missing = new Set<number>();
  /** What is missing is being subscribed, over this connection. */
  #restoring: symbol | undefined;
  /** What is asked for while something is missing, in order: done afterwards. */
  #later: (() => Promise<void>)[] = [];
  #reported = false;
  /** Who waits for a confirmation that may not come: ioredis drops what is in flight when its connection closes. */
  readonly #waiting = new Set<() => void>();
  /** How often the end of a channel was asked for and has not come yet. What ends unasked has moved with its slot. */
  readonly #leaving = new Map<string, number>();

  constructor(redis: Redis, parts: SubscriberParts) {
    this.#redis = redis;
    this.#parts = parts;
    redis.on('close', () => {
      this.#restoring = undefined;
      this.#leaving.clear();
      this.#lose(this.#slots);
      this.stopWaiting();
    });
    redis.on('ready', () => {
      this.#later = [];
      this.restore();
    });
  }

  /** Every channel that is provided and lies here is subscribed. */
  get isComplete(): boolean {
    return this.#missing.size === 0 && this.#restoring === undefined;
  }

  take(slots: Iterable<number>): void {
    for (const slot of slots) {
      this.#slots.add(slot);
      this.#missing.add(slot);
    }
    this.restore();
  }

  drop(slots: Iterable<number>): void {
    for (const slot of slots) {
      this.#slots.delete(slot);
      this.#missing.delete(slot);
    }
  }

  /** @param mayWait or whether Redis is known not to answer */
  async subscribe(channels: readonly string[], mayWait: boolean): Promise<void> {
    if (!this.isComplete) {
      this.#doLater(() => this.#send('subscribe', channels));
      return;
    }
    const confirmed = this.#send('subscribe', channels);
    if (!mayWait) {
      // Refused, and nobody waits for it.
      confirmed.catch(() => this.#lose(this.#slots));
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.add(resolve);
      confirmed.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
    });
  }

  unsubscribe(channels: readonly string[]): void {
    const send = () => this.#send('unsubscribe', channels);
    if (!this.isComplete) this.#doLater(send);
    else if (this.#redis.status === 'ready') send().catch(() => undefined);
  }

  stopWaiting(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** A connection that is still to come begins with all that is provided then. */
  #doLater(work: () => Promise<void>): void {
    if (this.#redis.status === 'ready') this.#later.push(work);
  }

  /** Behind the last SUBSCRIBE: with this answered, that one was too, and what was published before it has arrived. */
  async ping(): Promise<void> {
    await this.#redis.ping();
  }

  /** Subscribes what is missing, unless that is under way. Nothing is missing afterwards, or it is to be called again. */
  restore(): void {
    if (this.#restoring !== undefined || this.#redis.status !== 'ready' || this.isComplete) return;
    const restoring = Symbol('restoring');
    this.#restoring = restoring;
    const isCurrent = () => this.#restoring === restoring;
    this.#restore(isCurrent).catch((error: unknown) => {
      if (!isCurrent()) return;
      this.#restoring = undefined;
      this.#lose(this.#slots);
      if (!this.#reported) this.#parts.logger.warn({ err: error }, 'could not subscribe to Redis');
      this.#reported = true;
    });
  }

  async #restore(isCurrent: () => boolean): Promise<void> {
    const { sources, slotOf, logger, onRestored } = this.#parts;
    const slots = this.#missing;
    this.#missing = new Set();
    let count = 0;
    for (const channels of chunks(sources, RENEWED_AT_ONCE, (name) => slots.has(slotOf(name)))) {
      await this.#send('subscribe', channels);
      if (!isCurrent()) return;
      count += channels.length;
    }
    for (let next = this.#later.shift(); next !== undefined; next = this.#later.shift()) {
      await next();
      if (!isCurrent()) return;
    }
    this.#restoring = undefined;
    if (this.#missing.size > 0) return;
    this.#reported = false;
    logger.info({ channels: count }, 'subscribed to Redis');
    onRestored();
  }

  #lose(slots: Iterable<number>): void {
    for (const slot of slots) if (this.#slots.has(slot)) this.#missing.add(slot);
    this.#parts.onLost();
  }

  /** All in one turn: what is asked of one of these channels later must come after it. */
  async #send(command: 'subscribe' | 'unsubscribe', channels: readonly string[]): Promise<void> {
    forgetChannels(this.#redis, this.#onEnd);
    const confirmations: Promise<void>[] = [];
    const { stream } = this.#redis;
    // One write for all of them: a command of a cluster may name channels of one slot only, which few share.
    stream?.cork();
    for (const [slot, names] of groupBy(channels, this.#parts.slotOf))
      for (let i = 0; i < names.length; i += SUBSCRIBE_CHUNK)
        confirmations.push(this.#sendChunk(command, slot, names.slice(i, i + SUBSCRIBE_CHUNK)));
    stream?.uncork();
    await Promise.all(confirmations);
  }

  async #sendChunk(
    command: 'subscribe' | 'unsubscribe',
    slot: number,
    channels: readonly string[],
  ): Promise<void> {
    if (command === 'unsubscribe') this.#leave(channels, 1);
    try {
      await this.#redis[this.#parts.dialect[command]](...channels);
    } catch (error) {
      if (command === 'unsubscribe') this.#leave(channels, -1);
      if (!hasMoved(error)) throw error;
      this.#lose([slot]);
    }
  }

  #leave(channels: readonly string[], times: number): void {
    if (!this.#parts.dialect.hasSlots) return;
    for (const channel of channels) {
      const left = (this.#leaving.get(channel) ?? 0) + times;
      if (left > 0) this.#leaving.set(channel, left);
      else this.#leaving.delete(channel);
    }
  }

  readonly #onEnd = (channel: string): void => {
    if (!this.#parts.dialect.hasSlots) return;
    if (this.#leaving.has(channel)) this.#leave([channel], -1);
    else this.#lose([this.#parts.slotOf(channel)]);
  };
}

/** The node does not have the slot, or not yet, or no more. */
const hasMoved = (error: unknown): boolean =>
  error instanceof Error && /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /.test(error.message);
