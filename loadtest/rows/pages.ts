import type { Row } from '../bench.ts';
import { type Dataset, conversationId, userId } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import { Histogram } from '../generator/histogram.ts';
import type { Get } from '../generator/requesting.ts';
import { signToken } from '../generator/token.ts';
import { atMost, figuresOf, median } from '../measure/figure.ts';
import { type RunningSystem, startParley } from '../systems.ts';
import { bigDataset, sample } from './sized.ts';

const RATE = 500;
const MAX_P99_MS = 10;
const MAX_DEEP_RATIO = 1.25;
const CONNECTIONS = 32;
const SAMPLES = 500;
/** The last 20 of a user's 50: first and deep pages are equally long. */
const LIST_PAGE = 20;
const LIST_SKIPPED = 30;
const figure = figuresOf('pages');

/** Pages of histories and lists, from a database of the size it is meant for. */
export const pages: Row = {
  name: 'pages',
  about: `10 million messages [500,000]: pages of histories and lists at ${RATE} requests/s`,
  async run(bench) {
    const dataset = bigDataset(bench);
    const url = await bench.database(dataset);
    await using system = await startParley(bench.services, url);
    await using generator = await Generator.start();
    const time = bench.size(
      { warmMs: 1_000, measureMs: 2_000 },
      { warmMs: 2_000, measureMs: 8_000 },
    );
    const measure = async (name: string, gets: readonly Get[]) => {
      const results = await bench.repeat(`pages: ${name}`, async () => {
        const { ports, secret } = system;
        const load = { ...time, rate: RATE, connections: CONNECTIONS, ports, secret, gets };
        return generator.call('request', load);
      });
      return {
        p50: results.map(({ fromSent }) => new Histogram(fromSent).quantileMs(0.5)),
        p99: results.map(({ fromDue }) => new Histogram(fromDue).quantileMs(0.99)),
      };
    };
    const any = await measure('history of any conversation', anyHistories(dataset));
    const history = await measure('history, first page', longHistories(dataset, false));
    const deepHistory = await measure('history, deep page', longHistories(dataset, true));
    const list = await measure('list, first page', firstLists(dataset));
    const deepList = await measure('list, deep page', await deepLists(dataset, system));

    const p99 = (name: string, { p99: values }: { p99: readonly number[] }) =>
      figure(`${name}: p99`, 'ms', values, atMost(MAX_P99_MS));
    const ratio = (name: string, deep: typeof any, first: typeof any) => {
      const values = deep.p50.map((value) => value / median(first.p50));
      return figure(`${name}: p50, deep / first`, '×', values, atMost(MAX_DEEP_RATIO));
    };
    return {
      figures: [
        p99('history of any conversation', any),
        p99('history, first page of a long one', history),
        p99('history, deep page of a long one', deepHistory),
        ratio('history', deepHistory, history),
        figure('list, first page: p50, from sending', 'ms', list.p50),
        p99('list, first page', list),
        p99('list, deep page', deepList),
        ratio('list', deepList, list),
      ],
      notes: [],
    };
  },
};

const historyOf = (dataset: Dataset, buyer: number, round: number, query: string): Get => ({
  path: `/api/conversations/${conversationId(dataset, buyer, round)}/messages${query}`,
  userId: userId(buyer),
});

const anyHistories = (dataset: Dataset): Get[] =>
  sample(SAMPLES, dataset.users).map((buyer, i) =>
    historyOf(dataset, buyer, i % dataset.rounds, ''),
  );

/** Deep pages begin anywhere in the older half. */
const longHistories = (dataset: Dataset, isDeep: boolean): Get[] => {
  const { conversations, messages } = dataset.busy ?? { conversations: 1, messages: 1 };
  return sample(SAMPLES, messages / 2 - 100).map((offset, i) =>
    historyOf(dataset, i % conversations, 0, isDeep ? `?before=${offset + 100}` : ''),
  );
};

const firstLists = (dataset: Dataset): Get[] =>
  sample(SAMPLES, dataset.users).map((user) => ({
    path: `/api/conversations?limit=${LIST_PAGE}`,
    userId: userId(user),
  }));

async function deepLists(dataset: Dataset, { ports, secret }: RunningSystem): Promise<Get[]> {
  const gets: Get[] = [];
  for (const user of sample(SAMPLES, dataset.users)) {
    const token = signToken(userId(user), secret);
    const answer = await fetch(
      `http://127.0.0.1:${ports[0]}/api/conversations?limit=${LIST_SKIPPED}`,
      { headers: { Authorization: `Bearer ${token}` } },
    );
    const { nextCursor } = (await answer.json()) as { nextCursor: string };
    const path = `/api/conversations?limit=${LIST_PAGE}&cursor=${nextCursor}`;
    gets.push({ path, userId: userId(user) });
  }
  return gets;
}
