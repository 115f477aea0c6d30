import { Redis, type RedisOptions } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { Bus } from './bus.ts';

/** How many channels one SUBSCRIBE names. Measured for 10,000 channels: one at a time 650 ms, by 100 293 ms, by 1,000 56 ms. */
const SUBSCRIBE_CHUNK = 1_000;
/** A subscriber only notices a half-open link when it writes: so it pings, in milliseconds. */
const PING_INTERVAL_MS = 2_000;
const SOCKET_TIMEOUT_MS = 3_000;

const retryStrategy = (attempt: number): number => Math.min(attempt * 50, 1_000);

/**
 * {@link Bus} over Redis pub/sub, with one connection to publish and one to subscribe. Both come back by themselves.
 *
 * @throws what ioredis throws, when Redis can't be reached at first
 */
export async function openRedisBus(url: string, logger: Logger, disposer: Disposer): Promise<Bus> {
  const connect = async (options: Omit<RedisOptions, 'replyMapping'>): Promise<Redis> => {
    const redis = new Redis(url, {
      ...options,
      lazyConnect: true,
      connectTimeout: 5_000,
      socketTimeout: SOCKET_TIMEOUT_MS,
      retryStrategy,
    });
    // Without a listener an error would end the process. ioredis reports each failed attempt: warn once per outage.
    let reported = false;
    redis.on('error', (err: Error) => {
      if (!reported) logger.warn({ err }, 'Redis is not reachable');
      reported = true;
    });
    redis.on('ready', () => (reported = false));
    disposer.defer(() => redis.disconnect());
    await redis.connect();
    return redis;
  };
  // What can't be sent at once is lost rather than sent late, after newer things.
  const publisher = await connect({
    connectionName: 'parley-publisher',
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    autoResendUnfulfilledCommands: false,
  });
  const subscriber = await connect({
    connectionName: 'parley-subscriber',
    maxRetriesPerRequest: null,
    // We subscribe again ourselves: only so do we know when it is done.
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
  });

  const wanted = new Set<string>();
  const gapListeners: (() => void)[] = [];

  const subscribeInChunks = async (channels: readonly string[]): Promise<void> => {
    const confirmations: Promise<unknown>[] = [];
    for (let i = 0; i < channels.length; i += SUBSCRIBE_CHUNK) {
      confirmations.push(subscriber.subscribe(...channels.slice(i, i + SUBSCRIBE_CHUNK)));
    }
    await Promise.all(confirmations);
  };
  const recover = async (): Promise<void> => {
    try {
      await subscribeInChunks([...wanted]);
      logger.info({ channels: wanted.size }, 'subscribed to Redis again');
      for (const listener of gapListeners) listener();
    } catch (error) {
      // The connection broke again: the next `ready` starts over.
      logger.warn({ err: error }, 'could not subscribe to Redis again');
    }
  };
  subscriber.on('ready', () => void recover());

  const heartbeat = setInterval(() => {
    if (subscriber.status === 'ready') subscriber.ping().catch(() => undefined);
  }, PING_INTERVAL_MS);
  disposer.defer(() => clearInterval(heartbeat));

  let lost = 0;
  return {
    publish(channel, payload) {
      publisher.publish(channel, payload).catch((error: unknown) => {
        lost += 1;
        logger.debug({ err: error, lost }, 'a message was not published');
      });
    },
    async subscribe(channels) {
      for (const channel of channels) wanted.add(channel);
      await subscribeInChunks(channels);
    },
    unsubscribe(channels) {
      for (const channel of channels) wanted.delete(channel);
      if (channels.length === 0 || subscriber.status !== 'ready') return;
      subscriber.unsubscribe(...channels).catch(() => undefined);
    },
    onMessage(listener) {
      subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
        const name = channel.toString('latin1');
        if (wanted.has(name)) listener(name, payload);
      });
    },
    onGap: (listener) => void gapListeners.push(listener),
  };
}
