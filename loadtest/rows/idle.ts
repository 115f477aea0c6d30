import type { Bench, Row } from '../bench.ts';
import { type Dataset, userId } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import { atMost, figuresOf } from '../measure/figure.ts';
import { connectUsers } from '../measure/load.ts';
import { steadyRssKb } from '../measure/rss.ts';
import { startParley } from '../systems.ts';

const MAX_KB = 8;
/** A process here may have 20,000 files, and the sockets are at both ends. */
const GENERATORS = 2;
/** What a process takes once for having worked at all is then most of it. */
const SMALL_RUN = 'holds for --full';
const IDLE_MS = 8_000;
const FRESH_MS = 2_000;
const figure = figuresOf('idle');

/** Memory of the nodes for each of many connections that do nothing. */
export const idle: Row = {
  name: 'idle',
  about: '20,000 connections [2,000], each user in 50 conversations: memory of the nodes for each',
  async run(bench) {
    const dataset: Dataset = { users: bench.size(2_000, 20_000), rounds: 25, messages: 0 };
    const url = await bench.database(dataset);
    const results = await bench.repeat('idle', () => measureIdle(bench, url, dataset.users));
    const connections = `${dataset.users} connections, ${2 * dataset.rounds} conversations each`;
    return {
      figures: [
        figure(
          'memory of the nodes, each connection',
          'KB',
          results.map(({ kbEach }) => kbEach),
          { ...atMost(MAX_KB), ...(bench.full ? {} : { informational: SMALL_RUN }) },
        ),
        figure(
          'connected',
          'sockets/s',
          results.map(({ perSecond }) => perSecond),
        ),
      ],
      notes: [`idle: ${connections}, over empty nodes just started`],
    };
  },
};

async function measureIdle({ services }: Bench, url: string, connections: number) {
  await using system = await startParley(services, url);
  const { nodes } = system.processes;
  const empty = await steadyRssKb(nodes, FRESH_MS);
  await using first = await Generator.start();
  await using second = await Generator.start();
  const share = connections / GENERATORS;
  const started = performance.now();
  await Promise.all(
    [first, second].map((generator, part) =>
      connectUsers(
        generator,
        system,
        Array.from({ length: share }, (_, i) => ({
          userId: userId(part * share + i),
          conversations: [],
        })),
      ),
    ),
  );
  const seconds = (performance.now() - started) / 1_000;
  const occupied = await steadyRssKb(nodes, IDLE_MS);
  await first.call('disconnect');
  await second.call('disconnect');
  return { kbEach: (occupied - empty) / connections, perSecond: connections / seconds };
}
