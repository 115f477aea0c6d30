import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposer } from '../lib/disposer.ts';
import { groupBy } from '../lib/group-by.ts';
import type { Logger } from '../lib/logger.ts';
import type { Bus, BusListener } from './bus.ts';
import { PLAIN, SHARDED } from './redis-dialect.ts';
import { type RedisLink, loopBack } from './redis-link.ts';
import { RedisLinks } from './redis-links.ts';
import { openLocator } from './redis-locator.ts';
import type { RedisSettings } from './redis-settings.ts';

/** How long it may take until all is connected at first, in milliseconds. */
const OPENING_MS = 8_000;

/**
 * {@link Bus} over Redis pub/sub: one server; the master that sentinels name; or the masters of a cluster, each with the
 * channels of its slots (sharded pub/sub). It follows failovers and slots that move. While a server is away, what is published
 * here to its channels arrives here.
 *
 * @throws when Redis can't be reached at first: within ten seconds, with the server and the reason
 */
export async function openRedisBus(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Promise<Bus> {
  const timeout = new AbortController();
  const tooLate = sleep(OPENING_MS, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`it is not ready after ${OPENING_MS / 1_000} s`);
  });
  try {
    return await Promise.race([open(settings, logger, disposer), tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    timeout.abort();
  }
}

async function open(settings: RedisSettings, logger: Logger, disposer: Disposer): Promise<Bus> {
  const sources: (() => Iterable<string>)[] = [];
  const listeners: BusListener[] = [];
  const gapListeners: (() => void)[] = [];
  const arrive: BusListener = (channel, payload) => {
    for (const listener of listeners) listener(channel, payload);
  };
  const links: RedisLinks = new RedisLinks(await openLocator(settings, logger, disposer), {
    dialect: settings.mode === 'cluster' ? SHARDED : PLAIN,
    sources,
    onMessage: arrive,
    onUp() {
      // Something is well again: once all is, whoever listens may compare.
      if (links.areUp) for (const listener of gapListeners) listener();
    },
    logger,
  });
  disposer.defer(() => links.close());
  await links.open();

  const byLink = (channels: readonly string[]): [RedisLink | undefined, string[]][] => [
    ...groupBy(channels, (channel) => links.of(channel)),
  ];
  return {
    get isConnected() {
      return links.areUp;
    },
    publish(channel, payload) {
      const link = links.of(channel);
      if (link === undefined) loopBack(arrive, channel, payload);
      else link.publish(channel, payload);
    },
    async subscribe(channels) {
      await Promise.all(byLink(channels).map(async ([link, some]) => link?.subscribe(some)));
    },
    unsubscribe(channels) {
      for (const [link, some] of byLink(channels)) link?.unsubscribe(some);
    },
    provideChannels: (source) => void sources.push(source),
    onMessage: (listener) => void listeners.push(listener),
    onGap: (listener) => void gapListeners.push(listener),
  };
}
