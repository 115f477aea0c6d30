import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { conversationChannel } from '../src/bus/bus.ts';
import { slotOf } from '../src/bus/redis-slots.ts';
import { connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startCluster } from './support/redis-cluster.ts';
import { startSentinel } from './support/redis-sentinel.ts';
import type { RedisServer } from './support/redis.ts';

interface Setup extends AsyncDisposable {
  readonly env: Record<string, string>;
  readonly masterOf: (conversationId: string) => Promise<RedisServer>;
}

async function sentinelSetup(): Promise<Setup> {
  const setup = await startSentinel();
  const { urls, name } = setup.settings;
  return {
    env: { REDIS_URL: urls.join(), REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: name },
    masterOf: () => setup.master(),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

async function clusterSetup(): Promise<Setup> {
  const setup = await startCluster();
  return {
    env: { REDIS_URL: setup.settings.urls.join(), REDIS_MODE: 'cluster' },
    masterOf: async (id) => (await setup.shardOf(slotOf(conversationChannel(id))))[0]!,
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

test.each([
  ['sentinel', sentinelSetup],
  ['cluster', clusterSetup],
])(
  'through kill -9 of the Redis master every message arrives, once and in order, at every node: %s',
  async (_, start) => {
    const setup = await start();
    onTestFinished(() => setup[Symbol.asyncDispose]());
    const env = { ...clusterEnv(await createDatabase()), ...setup.env, RATE_LIMITS: 'off' };
    const [here, there] = await Promise.all([nodeForTest(env), nodeForTest(env)]);
    const [buyer, seller] = await Promise.all([newUser(), newUser()]);
    const conversationId = await newConversation(here.url, buyer, seller);
    const [from, to] = await Promise.all([
      connect(here.wsUrl, buyer),
      connect(there.wsUrl, seller),
    ]);

    let sent = 0;
    /** When each arrived at the seller, by its seq. */
    const arrivals = new Map<number, number>();
    to.socket.on('message', () => {
      const seq = to.frames.at(-1)?.['seq'] as number | undefined;
      if (seq !== undefined) arrivals.set(seq, performance.now());
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
    const fault = performance.now();
    await (await setup.masterOf(conversationId)).kill();
    await sendFor(8_000);
    for (const client of [from, to]) {
      await client.take('new_message', sent);
      const seqs = client.frames
        .filter((frame) => frame.type === 'new_message')
        .map((frame) => frame['seq'] as number);
      expect(seqs).toEqual(Array.from({ length: sent }, (__, i) => i + 1));
    }
    expect(Math.max(...arrivals.values()) - fault).toBeLessThan(12_000);
    // Over the bus again: not by reading PostgreSQL once a second.
    const started = performance.now();
    for (let i = 0; i < 20; i += 1) {
      send();
      await to.take('new_message', sent);
    }
    expect((performance.now() - started) / 20).toBeLessThan(200);
  },
  60_000,
);
