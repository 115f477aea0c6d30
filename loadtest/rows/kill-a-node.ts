import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { Generator } from '../generator/generator.ts';
import { Histogram } from '../generator/histogram.ts';
import { nowUs } from '../generator/stamp.ts';
import { connectUsers } from '../measure/load.ts';
import { startParley } from '../systems.ts';
import { evenNumbers, pairsOf } from './chat.ts';
import { type Town, readSeqs } from './town.ts';

/** Messages a second. */
const LIVE_RATE = 200;
const SHOP_RATE = 200;
const GENERATORS = 2;
const PARALLEL = 32;
const GIVE_UP_MS = 60_000;
const SETTLE_MS = 10_000;
const POLL_MS = 100;

export interface Outcome {
  /** From the kill until the last client was live again; infinite when one never was. */
  readonly seconds: number;
  /** Clients that did not come back, or were told that something is missing. */
  readonly absent: number;
  /** Changes that no client has seen. */
  readonly missed: number;
  /** Messages to the clients' conversations that were sent meanwhile. */
  readonly away: number;
  /** Of the others' messages meanwhile. */
  readonly p99Ms: number;
  /** Why connections were lost, and how often. */
  readonly losses: string;
}

/** Starts two nodes with all clients on one, kills that, and watches them come to the other. */
export async function killANode(bench: Bench, town: Town): Promise<Outcome> {
  await using system = await startParley(bench.services, town.url);
  const [doomed, other] = system.nodes;
  if (doomed === undefined || other === undefined) throw new Error('there are not two nodes');
  const survivor = { ...system, ports: [other.port] };
  await using live = await Generator.start();
  await using shops = await Generator.start();
  await using first = await Generator.start();
  await using second = await Generator.start();
  const watching = [first, second];
  const before = await readSeqs(town);

  await connectUsers(live, survivor, pairsOf(town.live, evenNumbers(town.live.users)));
  await connectUsers(shops, survivor, town.shops);
  await Promise.all(
    watching.map((generator, part) =>
      generator.call('watch', {
        secret: system.secret,
        watchers: town.clients
          .filter((_, i) => i % GENERATORS === part)
          .map((userId) => ({ userId, port: doomed.port, fallbackPort: other.port })),
        parallel: PARALLEL,
      }),
    ),
  );
  // The other party of a shop's message is a watcher, so its own copy tells that it went through.
  await shops.call('begin', { counted: 'own', load: { kind: 'open', rate: SHOP_RATE } });
  await live.call('begin', { counted: 'partner', load: { kind: 'open', rate: LIVE_RATE } });
  await Promise.all(watching.map((generator) => generator.call('refreshCursors', PARALLEL)));
  await live.call('counters');
  const sentBefore = (await shops.call('counters')).sent;

  const killedUs = nowUs();
  doomed.kill('SIGKILL');
  await doomed.exited;
  const back = await untilAllBack(watching, town.clients.length, killedUs);
  const { latencies } = await live.call('counters');
  const sentMeanwhile = (await shops.call('counters')).sent - sentBefore;
  const { sent, delivered } = await live.call('end', SETTLE_MS);
  if (sent !== delivered) throw new Error(`of ${sent} live messages ${delivered} were delivered`);
  await shops.call('end', SETTLE_MS);
  return {
    seconds:
      back.live === town.clients.length
        ? (back.lastLiveUs - killedUs) / 1_000_000
        : Number.POSITIVE_INFINITY,
    absent: town.clients.length - back.live + back.incomplete,
    losses: back.losses,
    missed: await countMissed(watching, before, await readSeqs(town)),
    away: sentMeanwhile,
    p99Ms: new Histogram(latencies).quantileMs(0.99),
  };
}

/** Waits until all have become live after that moment. */
async function untilAllBack(watching: readonly Generator[], clients: number, afterUs: number) {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    await sleep(POLL_MS);
    const all = await Promise.all(watching.map((generator) => generator.call('watched', afterUs)));
    const live = all.reduce((sum, watched) => sum + watched.live, 0);
    if (live === clients || Date.now() > deadline)
      return {
        live,
        lastLiveUs: Math.max(...all.map(({ lastLiveUs }) => lastLiveUs)),
        incomplete: all.reduce((sum, watched) => sum + watched.incomplete, 0),
        losses: describe(all.map(({ losses }) => losses)),
      };
  }
}

/** How many changes no watcher has seen of those that were made, once all should have come. */
async function countMissed(
  watching: readonly Generator[],
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Promise<number> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const parts = await Promise.all(watching.map((generator) => generator.call('seen')));
    const seen = new Map(parts.flatMap((part) => [...part]));
    let missed = 0;
    for (const [conversationId, last] of after) {
      const seqs = new Set(seen.get(conversationId));
      for (let seq = (before.get(conversationId) ?? 0) + 1; seq <= last; seq += 1)
        if (!seqs.has(seq)) missed += 1;
    }
    if (missed === 0 || Date.now() > deadline) return missed;
    await sleep(POLL_MS);
  }
}

function describe(parts: readonly Readonly<Record<string, number>>[]): string {
  const reasons = [...new Set(parts.flatMap((part) => Object.keys(part)))];
  return reasons
    .map((reason) => `${parts.reduce((sum, part) => sum + (part[reason] ?? 0), 0)} × ${reason}`)
    .join(', ');
}
