import { Redis, type RedisOptions } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { Bus, BusListener } from './bus.ts';
import { chunks, forgetChannels } from './redis-channels.ts';
import type { RedisSettings } from './redis-settings.ts';
import { takeMessages } from './redis-messages.ts';

/** How many channels one SUBSCRIBE names. Measured for 10,000 channels: one at a time 650 ms, by 100 293 ms, by 1,000 56 ms. */
const SUBSCRIBE_CHUNK = 1_000;
/** How many channels are under way at once when all are subscribed anew: they may be a million. */
const RENEWED_AT_ONCE = 2_000;
/** A subscriber only notices a half-open link when it writes: so it pings, in milliseconds. */
const PING_INTERVAL_MS = 1_000;
const SOCKET_TIMEOUT_MS = 3_000;
/** How long Redis may take to confirm a PUBLISH before it counts as lost, in milliseconds. */
const COMMAND_TIMEOUT_MS = 1_000;

/**
 * Many PUBLISH in one command: ioredis makes a command, a promise and a write of each, which costs several times what
 * Redis spends on it (docs/performance.md). Redis runs a script's messages in their order.
 */
const PUBLISH_ALL = "for i = 1, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end";
/** Messages in one script: Redis does nothing else while it runs. */
const MAX_PUBLISHED_AT_ONCE = 256;

const retryStrategy = (attempt: number): number => Math.min(attempt * 50, 1_000);

/**
 * {@link Bus} over Redis pub/sub, with one connection to publish and one to subscribe. Both come back by themselves. While
 * Redis is away, what is published here arrives here.
 *
 * @throws what ioredis throws, when Redis can't be reached at first
 */
export async function openRedisBus(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Promise<Bus> {
  if (settings.mode !== 'standalone')
    throw new Error(`REDIS_MODE=${settings.mode} is not there yet`);
  const { url } = settings;
  const connect = async (
    options: Omit<RedisOptions, 'replyMapping'>,
    prepare?: (redis: Redis) => void,
  ): Promise<Redis> => {
    const redis = new Redis(url, {
      ...options,
      lazyConnect: true,
      connectTimeout: 5_000,
      socketTimeout: SOCKET_TIMEOUT_MS,
      retryStrategy,
    });
    // Without a listener an error would end the process. ioredis reports each failed attempt: warn once per outage.
    let reported = false;
    let last: Error | undefined;
    redis.on('error', (err: Error) => {
      if (!reported) logger.warn({ err }, 'Redis is not reachable');
      reported = true;
      last = err;
    });
    redis.on('ready', () => (reported = false));
    disposer.defer(() => redis.disconnect());
    prepare?.(redis);
    // `connect` itself says no more than that the connection was closed.
    await redis.connect().catch((error: unknown) => {
      throw last ?? error;
    });
    return redis;
  };
  const listeners: BusListener[] = [];
  const arrive = (channel: Buffer, payload: Buffer): void => {
    for (const listener of listeners) listener(channel, payload);
  };

  // What can't be sent at once is lost rather than sent late, after newer things.
  const publisher = await connect({
    connectionName: 'parley-publisher',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
  });
  const subscriber = await connect(
    {
      connectionName: 'parley-subscriber',
      maxRetriesPerRequest: null,
      // We subscribe again ourselves: only so do we know when it is done.
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
    },
    (redis) => takeMessages(redis, arrive),
  );

  const sources: (() => Iterable<string>)[] = [];
  const gapListeners: (() => void)[] = [];
  /** Every channel that is provided is subscribed on the connection there is. */
  let subscribed = true;
  /** What was published may not have been: Redis does not answer, or was away. */
  let stalled = false;
  let lostPublishes = 0;
  /** Who waits for a confirmation that may not come: ioredis drops what is in flight when its connection closes. */
  const waiting = new Set<() => void>();

  /** Something is well again: once all is, whoever listens may compare. */
  const healed = (): void => {
    if (subscribed && !stalled) for (const listener of gapListeners) listener();
  };
  const stopWaiting = (): void => {
    for (const resolve of waiting) resolve();
  };
  const stall = (): void => {
    stalled = true;
    stopWaiting();
  };

  /** In a later turn, as over the network. */
  const loopBack = (channel: string, payload: string): void => {
    setImmediate(() => arrive(Buffer.from(channel), Buffer.from(payload)));
  };

  /** What was published in this turn: channel, payload, channel, payload … */
  let outbox: string[] = [];
  const publishAll = async (messages: readonly string[]): Promise<void> => {
    const [channel = '', payload = ''] = messages;
    try {
      if (messages.length === 2) await publisher.publish(channel, payload);
      else await publisher.eval(PUBLISH_ALL, 0, ...messages);
    } catch {
      stall();
      lostPublishes += messages.length / 2;
      for (let i = 0; i < messages.length; i += 2)
        loopBack(messages[i] ?? '', messages[i + 1] ?? '');
    }
  };
  /** Also at the end, before the connections are closed: what was published last must go out. */
  const flush = (): void => {
    const messages = outbox;
    outbox = [];
    const step = 2 * MAX_PUBLISHED_AT_ONCE;
    for (let i = 0; i < messages.length; i += step)
      void publishAll(messages.length <= step ? messages : messages.slice(i, i + step));
  };

  disposer.defer(flush);

  /** All in one turn: what is asked of one of these channels later must come after it. */
  const inChunks = async (
    command: 'subscribe' | 'unsubscribe',
    channels: readonly string[],
  ): Promise<void> => {
    const confirmations: Promise<unknown>[] = [];
    for (let i = 0; i < channels.length; i += SUBSCRIBE_CHUNK)
      confirmations.push(subscriber[command](...channels.slice(i, i + SUBSCRIBE_CHUNK)));
    await Promise.all(confirmations);
  };
  const subscribeInChunks = (channels: readonly string[]): Promise<void> => {
    forgetChannels(subscriber);
    return inChunks('subscribe', channels);
  };
  const unsubscribe = async (channels: readonly string[]): Promise<void> => {
    if (subscriber.status === 'ready') await inChunks('unsubscribe', channels);
  };
  /** What is asked for while everything is subscribed anew, in order: done afterwards. */
  let later: (() => Promise<void>)[] = [];
  const recover = async (): Promise<void> => {
    let count = 0;
    try {
      for (const channels of chunks(sources, RENEWED_AT_ONCE)) {
        await subscribeInChunks(channels);
        count += channels.length;
      }
      for (let next = later.shift(); next !== undefined; next = later.shift()) await next();
    } catch (error) {
      // The connection broke again: the next `ready` starts over.
      logger.warn({ err: error }, 'could not subscribe to Redis again');
      return;
    }
    subscribed = true;
    logger.info({ channels: count }, 'subscribed to Redis again');
    healed();
  };
  const probe = async (): Promise<void> => {
    if (publisher.status !== 'ready') return;
    try {
      // Behind the last SUBSCRIBE: with this answered, that one was too.
      await Promise.all([publisher.ping(), subscribed && subscriber.ping()]);
    } catch {
      stall();
      return;
    }
    if (!stalled) return;
    stalled = false;
    healed();
  };
  subscriber.on('close', () => {
    subscribed = false;
    stopWaiting();
  });
  subscriber.on('ready', () => {
    later = [];
    void recover();
  });
  publisher.on('close', stall);
  publisher.on('ready', () => void probe());
  const heartbeat = setInterval(() => void probe(), PING_INTERVAL_MS);
  disposer.defer(() => clearInterval(heartbeat));

  return {
    get isConnected() {
      return subscribed && !stalled;
    },
    get lostPublishes() {
      return lostPublishes;
    },
    publish(channel, payload) {
      if (stalled || !subscribed) loopBack(channel, payload);
      if (stalled) {
        lostPublishes += 1;
        return;
      }
      // After the promises of this turn: a batch of the writer settles all at once.
      if (outbox.push(channel, payload) === 2) process.nextTick(flush);
    },
    async subscribe(channels) {
      if (!subscribed) {
        later.push(() => subscribeInChunks(channels));
        return;
      }
      const confirmed = subscribeInChunks(channels);
      if (stalled) {
        // Refused, and nobody waits for it: start over.
        confirmed.catch(() => {
          if (subscriber.status !== 'ready') return;
          subscribed = false;
          void recover();
        });
        return;
      }
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        confirmed.then(resolve, reject).finally(() => waiting.delete(resolve));
      });
    },
    unsubscribe(channels) {
      if (subscribed) unsubscribe(channels).catch(() => undefined);
      else later.push(() => unsubscribe(channels));
    },
    provideChannels: (source) => void sources.push(source),
    onMessage: (listener) => void listeners.push(listener),
    onGap: (listener) => void gapListeners.push(listener),
  };
}
