import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { conversationChannel } from '../src/bus/bus.ts';
import { slotOf } from '../src/bus/redis-slots.ts';
import { type Client, connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startCluster } from './support/redis-cluster.ts';
import { startSentinel } from './support/redis-sentinel.ts';
import type { RedisServer } from './support/redis.ts';

/** A Redis whose master another can take the place of. */
interface Setup extends AsyncDisposable {
  readonly env: Record<string, string>;
  readonly masterOf: (conversationId: string) => Promise<RedisServer>;
  readonly failOver: (conversationId: string) => Promise<void>;
  readonly settled: () => Promise<void>;
}

async function sentinelSetup(): Promise<Setup> {
  const setup = await startSentinel();
  const { urls, name } = setup.settings;
  return {
    env: { REDIS_URL: urls.join(), REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: name },
    masterOf: () => setup.master(),
    failOver: () => setup.failOver(),
    settled: () => setup.settled(),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

const slotOfConversation = (id: string): number => slotOf(conversationChannel(id));

async function clusterSetup(): Promise<Setup> {
  const setup = await startCluster();
  return {
    env: { REDIS_URL: setup.settings.urls.join(), REDIS_MODE: 'cluster' },
    masterOf: async (id) => (await setup.shardOf(slotOfConversation(id)))[0]!,
    failOver: (id) => setup.failOver(slotOfConversation(id)),
    settled: () => setup.settled(),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

type Fault = (setup: Setup, conversationId: string) => Promise<void>;
const FAULTS: readonly (readonly [name: string, Fault])[] = [
  ['a planned failover', (setup, id) => setup.failOver(id)],
  [
    'kill -9 of the master',
    async (setup, id) => {
      const master = await setup.masterOf(id);
      onTestFinished(() => master.restart(0));
      await master.kill();
    },
  ],
  [
    'SIGSTOP of the master',
    async (setup, id) => {
      const master = await setup.masterOf(id);
      onTestFinished(() => master.signal('SIGCONT'));
      master.signal('SIGSTOP');
    },
  ],
];

const seqsOf = (client: Client): unknown[] =>
  client.frames.filter(({ type }) => type === 'new_message').map((frame) => frame['seq']);

describe.each([
  ['Sentinel', sentinelSetup],
  ['Cluster', clusterSetup],
])('%s: every message arrives, once and in order, at every node, through', (_, start) => {
  let setup: Setup;
  beforeAll(async () => {
    setup = await start();
  });
  afterAll(() => setup[Symbol.asyncDispose]());
  beforeEach(() => setup.settled());

  test.each(FAULTS)(
    '%s',
    async (__, fault) => {
      const env = { ...clusterEnv(await createDatabase()), ...setup.env, RATE_LIMITS: 'off' };
      const [here, there] = await Promise.all([nodeForTest(env), nodeForTest(env)]);
      const [buyer, seller] = await Promise.all([newUser(), newUser()]);
      const conversationId = await newConversation(here.url, buyer, seller);
      const [from, to] = await Promise.all([
        connect(here.wsUrl, buyer),
        connect(there.wsUrl, seller),
      ]);

      let sent = 0;
      let lastArrival = 0;
      to.socket.on('message', () => {
        if (to.frames.at(-1)?.type === 'new_message') lastArrival = performance.now();
      });
      const send = (): void => {
        sent += 1;
        from.send({ type: 'send_message', conversationId, content: `${sent}` });
      };
      const sendFor = async (ms: number): Promise<void> => {
        const end = performance.now() + ms;
        while (performance.now() < end) {
          send();
          await sleep(20);
        }
      };
      await sendFor(500);
      const startedAt = performance.now();
      await fault(setup, conversationId);
      await sendFor(8_000);
      for (const client of [from, to]) {
        await client.take('new_message', sent);
        expect(seqsOf(client)).toEqual(Array.from({ length: sent }, (___, i) => i + 1));
      }
      expect(lastArrival - startedAt).toBeLessThan(12_000);
      // Over the bus again: not by reading PostgreSQL once a second.
      const again = performance.now();
      for (let i = 0; i < 20; i += 1) {
        send();
        await to.take('new_message', sent);
      }
      expect((performance.now() - again) / 20).toBeLessThan(200);
    },
    60_000,
  );
});
