import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../../test/support/query.ts';
import { BUILT } from '../../test/support/spawn-node.ts';
import type { Bench } from '../bench.ts';
import { startCluster, startProcesses } from '../cluster.ts';
import { type Dataset, idOf } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import { giveWay } from '../give-way.ts';
import { shareByProcess } from '../share-by-process.ts';
import { connectChat, evenNumbers, pairsOf } from '../rows/chat.ts';
import { runningSystem } from '../systems.ts';
import { CpuMeter, sum } from './cpu-meter.ts';
import { type LoadResult, connectUsers, measureLoad } from './load.ts';

export interface PushesOptions {
  /** Messages a second to people who are away, each to somebody else in turn. */
  readonly awayRate: number;
  /** Messages a second between others. */
  readonly chatRate: number;
  readonly measureMs: number;
}

/** Some seconds of those who chat, and what the worker did meanwhile. */
export interface PushesWindow {
  readonly load: LoadResult;
  /** That the push service took. */
  readonly pushes: number;
  readonly seconds: number;
  /** CPU, in seconds. */
  readonly workerSeconds: number;
}

export interface PushesResult {
  /** While nobody who is away has a device. */
  readonly without: readonly PushesWindow[];
  /** While each of them has one. */
  readonly during: readonly PushesWindow[];
  /** Of those who are away: how many were told of less than all they were sent. */
  readonly untold: number;
  /** What is to be said beside the figures. */
  readonly note: string | undefined;
}

/** The first 200 pairs chat. Shops write to everybody else. */
const PEOPLE: Dataset = { users: 400, rounds: 1, messages: 0 };
const SHOPS = 20;
/** Each gets a message every ten seconds at 1,000 a second: it was pushed by then, so the next one is a push of its own. */
const AWAY = 10_000;
const DELAY_S = 5;
const WARM_MS = 2_000;
/** Nodes that have just been started take longer for each message. */
const SETTLE_MS = 20_000;
/** Until as many are told each second as are written to, or nobody is. */
const TURN_MS = 3_000;
/** Whether those who are away have devices: neither way is earlier than the other, as the machine changes its speed. */
const TURNS = [false, true, true, false, false, true];
const PATIENCE_MS = 30_000;
const POLL_MS = 250;

/** Two nodes and a worker of their own processes. */
export async function measurePushes(
  bench: Bench,
  { awayRate, chatRate, measureMs }: PushesOptions,
): Promise<PushesResult> {
  using sharing = shareByProcess();
  const databaseUrl = await bench.database(PEOPLE);
  await query(databaseUrl, FORGET);
  await query(databaseUrl, INSERT_AWAY, [AWAY, SHOPS]);
  await using service = await Generator.start();
  const { env, tokens } = await service.call('openPushService', AWAY);
  const { redisUrl } = bench.services;
  const cluster = await startCluster({ databaseUrl, redisUrl, env: { ...env, ROLE: 'node' } });
  const system = {
    ...runningSystem('parley', cluster, bench.services, databaseUrl),
    // Others send too: only deliveries can be counted.
    countPersisted: undefined,
  };
  await using chat = await connectChat(system, pairsOf(PEOPLE, evenNumbers(PEOPLE.users)));
  const workerEnv = {
    ...env,
    DATABASE_URL: databaseUrl,
    ROLE: 'worker',
    LOG_LEVEL: 'warn',
    PUSH_DELAY_SECONDS: String(DELAY_S),
  };
  await using workers = await startProcesses(1, BUILT, '/readyz', workerEnv);
  const [worker] = workers.nodes;
  if (worker === undefined) throw new Error('there is no worker');
  // As a worker on a machine of nodes should (docs/operations.md).
  await giveWay(worker.pid);
  await using shops = await Generator.start();
  await connectUsers(shops, system, shopsOf());
  const talk = (): Promise<LoadResult> =>
    measureLoad(chat.generator, system, {
      load: { kind: 'open', rate: chatRate },
      warmMs: WARM_MS,
      measureMs,
    });
  await shops.call('begin', { counted: 'own', load: { kind: 'open', rate: awayRate } });
  await sleep(SETTLE_MS);
  const look = async (): Promise<PushesWindow> => {
    const meter = new CpuMeter({ nodes: [worker.pid], postgres: [], redis: [], generator: [] });
    const first = await service.call('pushed');
    const load = await talk();
    const pushes = (await service.call('pushed')) - first;
    const { seconds, wallSeconds } = meter.read();
    return { load, pushes, seconds: wallSeconds, workerSeconds: sum(seconds.nodes) };
  };
  const without: PushesWindow[] = [];
  const during: PushesWindow[] = [];
  let hasDevices = false;
  for (const turn of TURNS) {
    if (turn !== hasDevices) {
      if (turn) await query(databaseUrl, INSERT_DEVICES, [tokens]);
      else await query(databaseUrl, 'DELETE FROM devices');
      hasDevices = turn;
      await sleep(TURN_MS);
    }
    (turn ? during : without).push(await look());
  }
  await shops.call('end', PATIENCE_MS);
  const untold = await untilTold(databaseUrl);
  await service.call('closePushService');
  return { without, during, untold, note: sharing.note };
}

/** @returns how many are still not told of all they have */
async function untilTold(databaseUrl: string): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await query<{ untold: number }>(databaseUrl, UNTOLD);
    const untold = row?.untold ?? 0;
    if (untold === 0 || Date.now() > deadline) return untold;
    await sleep(POLL_MS);
  }
}

const shopsOf = () =>
  Array.from({ length: SHOPS }, (_, shop) => ({
    userId: idOf(`shop ${shop}`),
    conversations: Array.from({ length: AWAY / SHOPS }, (__, i) =>
      idOf(`shopping ${i * SHOPS + shop}`),
    ),
  }));

/** What another repetition has left. */
const FORGET = `
DELETE FROM conversations WHERE seller_id IN (SELECT md5('shop ' || n)::uuid FROM generate_series(0, ${SHOPS - 1}) n);
DELETE FROM devices`;

const INSERT_AWAY = `
INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at)
SELECT md5('shopping ' || k)::uuid, 1000000 + k, md5('away ' || k)::uuid, md5('shop ' || k % $2::int)::uuid, now() - interval '30 days'
FROM generate_series(0, $1::int - 1) k`;

const INSERT_DEVICES = `
INSERT INTO devices (id, user_id, platform, token, created_at, registered_at)
SELECT gen_random_uuid(), md5('away ' || n - 1)::uuid, 'fcm', token, now(), now()
FROM unnest($1::text[]) WITH ORDINALITY AS t(token, n)`;

const UNTOLD = `
SELECT count(*)::int AS untold FROM conversations c
LEFT JOIN notices n ON n.conversation_id = c.id AND n.user_id = c.buyer_id
WHERE c.listing_id >= 1000000 AND c.seq > coalesce(n.pushed_seq, 0)`;
