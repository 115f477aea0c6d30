import type { Redis } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import { groupBy } from '../lib/group-by.ts';
import type { Logger } from '../lib/logger.ts';
import { RedisScouts } from './redis-scouts.ts';
import type { RedisSettings } from './redis-settings.ts';
import { type Locator, SLOTS, type SlotRange, slotOf } from './redis-slots.ts';
import { serverUrls, urlAt } from './redis-url.ts';

interface View {
  /** Who sees it so: a node may be asked under two names. */
  readonly id: unknown;
  readonly masters: readonly SlotRange[];
  readonly nodes: readonly string[];
}

/** @throws when no node can be reached */
export async function openCluster(
  settings: Extract<RedisSettings, { mode: 'cluster' }>,
  logger: Logger,
  disposer: Disposer,
): Promise<Locator> {
  const seeds = serverUrls(settings.urls, 'cluster');
  const scouts = new RedisScouts(logger, disposer);
  await scouts.watch(seeds);
  return {
    slots: SLOTS,
    slotOf,
    async locate() {
      const { masters, nodes } = mostCommon(await scouts.ask(viewOf));
      // All of them, so that whichever are left can be asked. Who can't be reached now may be later.
      void scouts.watch([...seeds, ...nodes]).catch(() => undefined);
      return masters;
    },
  };
}

/** A node that was cut off or has just woken up tells of what has been. */
function mostCommon(views: readonly View[]): View {
  const each = new Map(views.map((view) => [view.id, view])).values();
  const groups = groupBy([...each], ({ masters }) => JSON.stringify(masters));
  const [most = []] = [...groups.values()].toSorted((a, b) => b.length - a.length);
  return most[0] ?? { id: undefined, masters: [], nodes: [] };
}

type SlotsNode = readonly [host: string | null, port: number, ...rest: readonly unknown[]];
type SlotsReply = readonly (readonly [first: number, last: number, ...nodes: SlotsNode[]])[];

/** How a node sees the cluster. */
async function viewOf(redis: Redis, url: string): Promise<View> {
  const [id, slots] = await Promise.all([
    redis.call('CLUSTER', 'MYID'),
    redis.call('CLUSTER', 'SLOTS'),
  ]);
  const reply = slots as SlotsReply;
  const nodes: string[] = [];
  const masters = reply.map(([first, last, ...replicated]): SlotRange => {
    // Without a host it is the one that was asked.
    const urls = replicated.map(([host, port]) =>
      urlAt(url, host === null || host === '' ? new URL(url).hostname : host, port),
    );
    nodes.push(...urls);
    return { first, last, url: urls[0] ?? url };
  });
  return { id, masters: masters.toSorted((a, b) => a.first - b.first), nodes };
}
