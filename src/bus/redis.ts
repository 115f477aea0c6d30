import type { Disposer } from '../lib/disposer.ts';
import { groupBy } from '../lib/group-by.ts';
import type { Logger } from '../lib/logger.ts';
import { within } from '../lib/within.ts';
import type { Bus, BusListener } from './bus.ts';
import { PLAIN, SHARDED } from './redis-dialect.ts';
import { type RedisLink, loopBack } from './redis-link.ts';
import { RedisLinks } from './redis-links.ts';
import { openLocator } from './redis-locator.ts';
import type { RedisSettings } from './redis-settings.ts';

/** Longer than any of Redis's own time limits, so that what went wrong is known; whoever starts a node waits. In milliseconds. */
const OPENING_MS = 7_000;

/**
 * {@link Bus} over Redis pub/sub: one server; the master that sentinels name; or the masters of a cluster, each with the
 * channels of its slots (sharded pub/sub). It follows failovers and slots that move. While a server is away, what is published
 * here to its channels arrives here.
 *
 * @throws when Redis can't be reached at first: within ten seconds, with the server and the reason
 */
export function openRedisBus(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Promise<Bus> {
  return within(OPENING_MS, open(settings, logger, disposer));
}

async function open(settings: RedisSettings, logger: Logger, disposer: Disposer): Promise<Bus> {
  const sources: (() => Iterable<string>)[] = [];
  const listeners: BusListener[] = [];
  const gapListeners: (() => void)[] = [];
  const arrive: BusListener = (channel, payload) => {
    for (const listener of listeners) listener(channel, payload);
  };
  let lostPublishes = 0;
  const links: RedisLinks = new RedisLinks(await openLocator(settings, logger, disposer), {
    dialect: settings.mode === 'cluster' ? SHARDED : PLAIN,
    sources,
    onMessage: arrive,
    onUp() {
      // Something is well again: once all is, whoever listens may compare.
      if (links.areUp) for (const listener of gapListeners) listener();
    },
    onUnpublished: (messages) => void (lostPublishes += messages),
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
    get lostPublishes() {
      return lostPublishes;
    },
    publish(channel, payload) {
      const link = links.of(channel);
      if (link !== undefined) link.publish(channel, payload);
      else {
        lostPublishes += 1;
        loopBack(arrive, channel, payload);
      }
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
