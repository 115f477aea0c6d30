import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Row } from '../bench.ts';
import { type Dataset, idOf } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import { atMost, figuresOf } from '../measure/figure.ts';
import { connectUsers, measureLoad } from '../measure/load.ts';
import { query } from '../../test/support/query.ts';
import { type RunningSystem, startParley } from '../systems.ts';
import { connectChat, evenNumbers, pairsOf } from './chat.ts';

const CONVERSATIONS = 10_000;
const MAX_CONNECT_MS = 500;
const MAX_P99_MS = 50;
const RATE = 500;
const CONNECTS = 5;
const PAUSE_MS = 500;
const OTHERS: Dataset = { users: 100, rounds: 1, messages: 1 };
const BIG_USER = idOf('big user');
const figure = figuresOf('big-user');

/** How long a user of very many conversations takes to connect, and what the others feel of it. */
export const bigUser: Row = {
  name: 'big-user',
  about: `a user with ${CONVERSATIONS} conversations connects while others chat at ${RATE} msg/s`,
  async run(bench) {
    const url = await bench.once('big-user database', () => loadBigUser(bench));
    await using chat = await connectChat(
      await startParley(bench.services, url),
      pairsOf(OTHERS, evenNumbers(OTHERS.users)),
    );
    await using big = await Generator.start();
    const results = await bench.repeat('big-user', async () => {
      let worstMs = 0;
      const { p99Ms } = await measureLoad(chat.generator, chat.system, {
        load: { kind: 'open', rate: RATE },
        warmMs: 1_500,
        measureMs: async () => {
          worstMs = await connectOften(big, chat.system);
        },
      });
      return { worstMs, p99Ms };
    });
    return {
      figures: [
        figure(
          `connect to connected, worst of ${CONNECTS}`,
          'ms',
          results.map(({ worstMs }) => worstMs),
          atMost(MAX_CONNECT_MS),
        ),
        figure(
          'others meanwhile: p99',
          'ms',
          results.map(({ p99Ms }) => p99Ms),
          atMost(MAX_P99_MS),
        ),
      ],
      notes: [],
    };
  },
};

/** Each time anew, on the nodes in turn: nothing is kept of a user who left. @returns ms */
async function connectOften(generator: Generator, system: RunningSystem): Promise<number> {
  let worstMs = 0;
  for (let i = 0; i < CONNECTS; i += 1) {
    const port = system.ports[i % system.ports.length] ?? 0;
    const user = { userId: BIG_USER, conversations: [] };
    worstMs = Math.max(
      worstMs,
      await connectUsers(generator, { ...system, ports: [port] }, [user]),
    );
    await generator.call('disconnect');
    await sleep(PAUSE_MS);
  }
  return worstMs;
}

async function loadBigUser(bench: Bench): Promise<string> {
  const url = await bench.database(OTHERS);
  await query(
    url,
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at)
     SELECT md5('big conversation ' || n)::uuid, 1000000 + n, $1, md5('big partner ' || n)::uuid,
       now() - interval '30 days'
     FROM generate_series(1, $2::int) n`,
    [BIG_USER, CONVERSATIONS],
  );
  await query(url, 'VACUUM ANALYZE conversations');
  return url;
}
