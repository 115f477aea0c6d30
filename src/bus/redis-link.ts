import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '../lib/logger.ts';
import type { BusListener } from './bus.ts';
import { COMMAND_TIMEOUT_MS, FAIL_FAST, connect, createRedis } from './redis-connect.ts';
import type { Dialect } from './redis-dialect.ts';
import { takeMessages } from './redis-messages.ts';
import { RedisPublisher } from './redis-publisher.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

export interface LinkParts {
  readonly dialect: Dialect;
  readonly slotOf: (channel: string) => number;
  readonly sources: readonly (() => Iterable<string>)[];
  readonly onMessage: BusListener;
  /** It is not up any more, for a reason that may be that its slots have moved. */
  readonly onDown: () => void;
  readonly onUp: () => void;
  /** So many messages may not have been published. */
  readonly onUnpublished: (messages: number) => void;
  readonly logger: Logger;
}

/**
 * One server, with one connection to publish and one to subscribe. Both come back by themselves. While it is away, what is
 * published here arrives here.
 */
export class RedisLink {
  readonly url: string;
  readonly #parts: LinkParts;
  readonly #connections: { readonly publisher: Redis; readonly subscriber: Redis };
  readonly #publisher: RedisPublisher;
  readonly #subscriber: RedisSubscriber;
  /** What was published may not have been: Redis does not answer, or was away. */
  #isStalled = true;
  /** Slots are about to move: nothing may be under way meanwhile. */
  #isDraining = false;
  #isClosed = false;

  /** Connects when {@link open opened}. */
  constructor(url: string, parts: LinkParts) {
    const { dialect, logger } = parts;
    this.url = url;
    this.#parts = parts;
    const publisher = createRedis(
      url,
      { ...FAIL_FAST, connectionName: 'parley-publisher' },
      logger,
    );
    const subscriber = createRedis(
      url,
      {
        connectionName: 'parley-subscriber',
        maxRetriesPerRequest: null,
        // We subscribe again ourselves: only so do we know when it is done.
        autoResubscribe: false,
        autoResendUnfulfilledCommands: false,
      },
      logger,
    );
    takeMessages(subscriber, dialect.message, (channel, payload) => {
      // What a server still had when another took its place would come late.
      if (!this.#isClosed) parts.onMessage(channel, payload);
    });
    this.#connections = { publisher, subscriber };
    this.#publisher = new RedisPublisher(publisher, dialect.hasSlots, (messages) => {
      this.#stall();
      parts.onUnpublished(messages.length / 2);
      for (let i = 0; i < messages.length; i += 2)
        this.#loopBack(messages[i] ?? '', messages[i + 1] ?? '');
    });
    this.#subscriber = new RedisSubscriber(subscriber, {
      ...parts,
      onLost: () => this.#tellDown(),
      onRestored: () => this.#tellUp(),
    });
    publisher.on('close', () => this.#stall());
    publisher.on('ready', () => void this.probe());
  }

  /** @throws when the first attempt to connect fails; others follow */
  async open(): Promise<void> {
    const { publisher, subscriber } = this.#connections;
    await Promise.all([connect(publisher, this.url), connect(subscriber, this.url)]);
    await this.probe();
  }

  get isUp(): boolean {
    return this.#subscriber.isComplete && !this.#isStalled && !this.#isDraining;
  }

  publish(channel: string, payload: string): void {
    if (!this.isUp) this.#loopBack(channel, payload);
    if (this.#isStalled || this.#isDraining) this.#parts.onUnpublished(1);
    else this.#publisher.publish(channel, payload);
  }

  subscribe(channels: readonly string[]): Promise<void> {
    return this.#subscriber.subscribe(channels, !this.#isStalled);
  }

  unsubscribe(channels: readonly string[]): void {
    this.#subscriber.unsubscribe(channels);
  }

  /** From now on it has these slots too; it is up again when all that is provided in them is subscribed. */
  take(slots: Iterable<number>): void {
    this.#subscriber.take(slots);
  }

  drop(slots: Iterable<number>): void {
    this.#subscriber.drop(slots);
  }

  /** Finds out whether all is well, and mends what isn't. */
  async probe(): Promise<void> {
    const { publisher } = this.#connections;
    this.#subscriber.restore();
    if (publisher.status !== 'ready') return;
    try {
      await Promise.all([
        this.#publisher.probe(),
        this.#subscriber.isComplete && this.#subscriber.ping(),
      ]);
    } catch {
      this.#stall();
      return;
    }
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#tellUp();
  }

  /** Stops publishing, and resolves when what is under way has arrived, or never will. */
  async drain(): Promise<void> {
    const wasUp = this.isUp;
    this.#isDraining = true;
    this.#subscriber.stopWaiting();
    await this.#publisher.settled();
    if (!wasUp) return;
    // Asked for last, so it comes after all that was published. A server that hangs says nothing.
    const arrived = this.#subscriber.ping().catch(() => undefined);
    await Promise.race([arrived, sleep(COMMAND_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Goes on after {@link drain}. */
  resume(): void {
    this.#isDraining = false;
    this.#tellUp();
  }

  /** What was published last goes out before the connections are closed. */
  close(): void {
    this.#publisher.flush();
    this.#isClosed = true;
    this.#subscriber.stopWaiting();
    const { publisher, subscriber } = this.#connections;
    publisher.disconnect();
    subscriber.disconnect();
  }

  #stall(): void {
    this.#isStalled = true;
    this.#subscriber.stopWaiting();
    this.#tellDown();
  }

  #tellDown(): void {
    if (!this.#isClosed) this.#parts.onDown();
  }

  #tellUp(): void {
    if (this.isUp && !this.#isClosed) this.#parts.onUp();
  }

  #loopBack(channel: string, payload: string): void {
    loopBack(this.#parts.onMessage, channel, payload);
  }
}

/** In a later turn, as over the network. */
export function loopBack(listener: BusListener, channel: string, payload: string): void {
  setImmediate(() => listener(Buffer.from(channel), Buffer.from(payload)));
}
