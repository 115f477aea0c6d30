import type { Redis } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { RedisScouts } from './redis-scouts.ts';
import type { RedisSettings } from './redis-settings.ts';
import { serverUrls, urlAt } from './redis-url.ts';

interface Master {
  readonly host: string;
  readonly port: number;
  /** Which failover made it the master: the highest one is right. */
  readonly epoch: number;
}

/**
 * @returns finds the master's URL, which rejects when no sentinel answers or none knows the master
 * @throws when no sentinel can be reached
 */
export async function openSentinels(
  settings: Extract<RedisSettings, { mode: 'sentinel' }>,
  logger: Logger,
  disposer: Disposer,
): Promise<() => Promise<string>> {
  const { urls, name } = settings;
  const scouts = new RedisScouts(logger, disposer);
  await scouts.watch(serverUrls(urls, 'sentinel'));
  return async () => {
    const answers = await scouts.ask((sentinel) => askForMaster(sentinel, name));
    let newest: Master | undefined;
    for (const answer of answers)
      if (answer !== undefined && (newest === undefined || answer.epoch > newest.epoch))
        newest = answer;
    if (newest === undefined) throw new Error(`the sentinels know no master called '${name}'`);
    return urlAt(urls[0] ?? '', newest.host, newest.port);
  };
}

/** In the middle of a failover only the address is of the new master, so that is asked for too. */
async function askForMaster(sentinel: Redis, name: string): Promise<Master | undefined> {
  const asked = [
    sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
    // It is an error where the other is null.
    sentinel.call('SENTINEL', 'MASTER', name).catch(() => undefined),
  ];
  const [address, fields] = (await Promise.all(asked)) as [
    [host: string, port: string] | null,
    string[] | undefined,
  ];
  if (address === null || fields === undefined) return undefined;
  const epoch = Number(fields[fields.indexOf('config-epoch') + 1]);
  return { host: address[0], port: Number(address[1]), epoch };
}
