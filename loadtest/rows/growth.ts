import type { Bench, Row } from '../bench.ts';
import { type Dataset, conversationsOf, userId } from '../dataset.ts';
import type { ClientSpec } from '../generator/load-client.ts';
import type { Counted } from '../generator/traffic.ts';
import { explain } from '../measure/explain.ts';
import { type Figure, atMost, figuresOf, median } from '../measure/figure.ts';
import { type LoadResult, measureSaturation } from '../measure/load.ts';
import { startParley } from '../systems.ts';
import { connectChat, pairsOf } from './chat.ts';
import { SMALL, bigDataset, sample } from './sized.ts';

const PAIRS = 250;
const MAX_RATIO = 1.2;
const figure = figuresOf('growth');

/** How traffic goes over the conversations there are. */
interface Pattern {
  readonly name: string;
  readonly users: (dataset: Dataset) => Omit<ClientSpec, 'port'>[];
  readonly counted: Counted;
}

const IN_PAIRS: Pattern = {
  name: '250 pairs',
  users: (dataset) => pairsOf(dataset, pickBuyers(dataset)),
  counted: 'partner',
};

/** Nearly all of the other parties are away. */
const SPREAD: Pattern = {
  name: 'spread over all conversations of 500 users',
  users: (dataset) =>
    pickBuyers(dataset)
      .flatMap((buyer) => [buyer, buyer + 1])
      .map((user) => ({ userId: userId(user), conversations: conversationsOf(dataset, user) })),
  counted: 'own',
};

/** What a message costs in a database of many conversations, beside one of few. */
export const growth: Row = {
  name: 'growth',
  about: 'CPU a message with 1,000 conversations and with a million [50,000]; alone also spread',
  async run(bench) {
    const big = bigDataset(bench);
    await bench.database(SMALL);
    await bench.database(big);
    const patterns = bench.isAlone ? [IN_PAIRS, SPREAD] : [IN_PAIRS];
    const figures: Figure[] = [];
    const notes: string[] = [];
    for (const pattern of patterns) {
      // In turn, so that both have the same machine.
      const results = await bench.repeat(`growth: ${pattern.name}`, async () => ({
        small: await measureOn(bench, SMALL, pattern),
        big: await measureOn(bench, big, pattern),
      }));
      const few = results.map(({ small }) => cpuUs(small));
      const many = results.map(({ big: result }) => cpuUs(result));
      const ratios = many.map((value) => value / median(few));
      const target = pattern === IN_PAIRS ? atMost(MAX_RATIO) : undefined;
      figures.push(
        figure(`${pattern.name}: nodes + PostgreSQL, ${count(SMALL)}`, 'µs', few),
        figure(`${pattern.name}: nodes + PostgreSQL, ${count(big)}`, 'µs', many),
        figure(`${pattern.name}: ratio`, '×', ratios, target),
      );
      const bigOnes = results.map(({ big: result }) => result);
      notes.push(explain(`growth, ${count(big)}, ${pattern.name}`, bigOnes));
    }
    return { figures, notes };
  },
};

/** Whose sellers in round 0 are their neighbours. */
const pickBuyers = ({ users }: Dataset): number[] => sample(PAIRS, users / 2).map((k) => 2 * k);

const count = (dataset: Dataset): string => (dataset.users * dataset.rounds).toLocaleString('en');

const cpuUs = (result: LoadResult): number => result.cpuUs.nodes + result.cpuUs.postgres;

/** On nodes just started. */
async function measureOn(bench: Bench, dataset: Dataset, { users, counted }: Pattern) {
  const url = await bench.database(dataset);
  await using chat = await connectChat(await startParley(bench.services, url), users(dataset));
  const time = bench.size({ warmMs: 2_500, measureMs: 4_000 }, { warmMs: 4_000, measureMs: 8_000 });
  // Awaited here: what it needs is disposed of on return.
  return await measureSaturation(chat.generator, chat.system, { ...time, counted });
}
