import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { check } from './faults/checker.ts';
import { World, type WorldNode } from './faults/world.ts';
import {
  type Balancer,
  type BalancerName,
  type NodePorts,
  startBalancer,
} from './support/balancer.ts';
import { connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { post } from './support/post.ts';

/** Linux has all of 127.0.0.0/8: nodes that differ in their addresses alone, as in containers. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const [FIRST, SECOND, THIRD] = ADDRESSES;

const newPorts = async (): Promise<NodePorts> => ({
  port: await freePort(),
  agentCheckPort: await freePort(),
});

const nodeEnv = (address: string, { port, agentCheckPort }: NodePorts) => ({
  HOST: address,
  PORT: String(port),
  AGENT_CHECK_PORT: String(agentCheckPort),
  // All clients come from one address.
  RATE_LIMITS: 'off',
});

async function balancerForTest(
  name: BalancerName,
  addresses: readonly string[],
  ports: NodePorts,
): Promise<Balancer> {
  const balancer = await startBalancer(name, addresses, ports);
  onTestFinished(() => balancer[Symbol.asyncDispose]());
  return balancer;
}

async function answers({ url }: Balancer): Promise<void> {
  await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200);
}

/** The node with the most sockets: one that the balancer took for down while clients came may have none. */
async function busiest({ nodes }: World): Promise<WorldNode> {
  const counted = await Promise.all(
    nodes.map(async (node) => {
      const metrics = await (await fetch(`${node.process.url}/metrics`)).text();
      return { node, sockets: Number(/^parley_connections (\d+)/m.exec(metrics)?.[1]) };
    }),
  );
  const [first] = counted.toSorted((a, b) => b.sockets - a.sockets);
  if (first === undefined) throw new Error('there are no nodes');
  return first.node;
}

describe.each(['nginx', 'haproxy'] as const)('behind %s', (name) => {
  test.each([
    ['kill -9', 'SIGKILL', [1006]],
    ['SIGTERM', 'SIGTERM', [1012]],
  ] as const)(
    'a node ends by %s and comes back: nothing is lost, nothing comes twice',
    async (_, signal, allowedCloses) => {
      const ports = await newPorts();
      const { wsUrl } = await balancerForTest(name, ADDRESSES, ports);
      const world = await World.create({
        postgresUrl: inject('postgresUrl'),
        redisUrl: inject('redisUrl'),
        seed: 20_261_125,
        sabotage: 'none',
        front: { wsUrl, nodeEnv: (index) => nodeEnv(ADDRESSES[index] ?? '', ports) },
      });
      try {
        world.startTalking();
        await world.replace(await busiest(world), (node) => node.kill(signal), 1_000);
        const endedAt = Date.now();
        await world.settle();
        const evidence = await world.evidence(endedAt, { allowedErrors: [], allowedCloses });
        const { violations, acks } = check(evidence);
        expect(violations, `the nodes wrote:\n${world.logs().slice(-4_000)}`).toEqual([]);
        expect(acks).toBeGreaterThan(50);
        expect(evidence.clients.flatMap(({ closes }) => closes)).toContain(allowedCloses[0]);
      } finally {
        await world.destroy();
      }
    },
    120_000,
  );

  test('while a node drains and ends, every new socket opens and every request is answered', async () => {
    const ports = await newPorts();
    const env = { ...clusterEnv(await createDatabase()), DRAIN_SECONDS: '3' };
    const leaving = await nodeForTest({ ...env, ...nodeEnv(FIRST, ports) });
    await nodeForTest({ ...env, ...nodeEnv(SECOND, ports) });
    const balancer = await balancerForTest(name, [FIRST, SECOND], ports);
    await answers(balancer);
    const [buyer, seller] = [await newUser(), await newUser()];
    const conversationId = await newConversation(balancer.url, buyer, seller);
    const messages = `${balancer.url}/api/conversations/${conversationId}/messages`;
    const asBuyer = { authorization: `Bearer ${buyer.token}` };
    const before = await Promise.all(
      Array.from({ length: 20 }, () => connect(balancer.wsUrl, seller)),
    );
    const closes: number[] = [];
    for (const client of before) void client.closed.then(([code]) => closes.push(code));

    leaving.kill('SIGTERM');
    let hasEnded = false;
    void leaving.exited.then(() => (hasEnded = true));
    for (let after = 0; after < 20; after += hasEnded ? 1 : 0) {
      const client = await connect(balancer.wsUrl, buyer);
      const { status, body } = await post(messages, { content: 'Still there?' }, asBuyer);
      expect(status).toBe(201);
      const { message } = JSON.parse(body) as { message: { id: string } };
      await client.next('new_message', (frame) => frame['message'].id === message.id);
      client.socket.terminate();
    }
    expect(await leaving.exited).toBe(0);
    // Those that were on it, and nobody else.
    expect(closes.length).toBeGreaterThan(0);
    expect(closes.length).toBeLessThan(before.length);
    expect(new Set(closes)).toEqual(new Set([1012]));
    for (const { socket } of before) socket.terminate();
  });

  test('a node is found when it comes; one that its name no longer stands for keeps its sockets', async () => {
    const ports = await newPorts();
    const env = clusterEnv(await createDatabase());
    await nodeForTest({ ...env, ...nodeEnv(FIRST, ports) });
    const balancer = await balancerForTest(name, [FIRST], ports);
    await answers(balancer);
    const client = await connect(balancer.wsUrl, await newUser());
    await nodeForTest({ ...env, ...nodeEnv(THIRD, ports) });
    await balancer.resolveTo([THIRD]);
    /** Who answered the newest request. */
    const answering = async (): Promise<string | undefined> => {
      await fetch(`${balancer.url}/openapi.json`);
      return [...balancer.log().matchAll(/path\W+\/openapi.json.*?(127\.0\.0\.\d)/g)].at(-1)?.[1];
    };
    // HAProxy takes turns until it forgets the first.
    await expect
      .poll(async () => [await answering(), await answering(), await answering()])
      .toEqual([THIRD, THIRD, THIRD]);
    await client.settle();
    client.socket.terminate();
  });
});
