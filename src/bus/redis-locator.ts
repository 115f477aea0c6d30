import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { openCluster } from './redis-cluster.ts';
import { openSentinels } from './redis-sentinel.ts';
import type { RedisSettings } from './redis-settings.ts';
import type { Locator } from './redis-slots.ts';

/** @throws when nobody can be asked */
export async function openLocator(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Promise<Locator> {
  switch (settings.mode) {
    case 'standalone': {
      const { url } = settings;
      return oneMaster(() => Promise.resolve(url));
    }
    case 'sentinel':
      return oneMaster(await openSentinels(settings, logger, disposer));
    case 'cluster':
      return openCluster(settings, logger, disposer);
  }
}

const oneMaster = (find: () => Promise<string>): Locator => ({
  slots: 1,
  slotOf: () => 0,
  locate: async () => [{ first: 0, last: 0, url: await find() }],
});
