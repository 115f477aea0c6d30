import { onTestFinished } from 'vitest';
import { type User, newConversation, newUser } from './client.ts';
import { createDatabase } from './database.ts';
import { clusterEnv, nodeForTest } from './node-process.ts';
import { type RedisServer, ownRedis } from './redis.ts';
import type { NodeProcess } from './spawn-node.ts';

export interface FreshCluster {
  readonly nodes: readonly [NodeProcess, ...NodeProcess[]];
  readonly redis: RedisServer;
  readonly buyer: User;
  readonly seller: User;
  readonly conversationId: string;
}

/** Nodes that share a Redis of their own, so that nobody else's limits are in it, and two people who have sent nothing. */
export async function freshCluster(
  count: number,
  env: Readonly<Record<string, string>> = {},
): Promise<FreshCluster> {
  const redis = await ownRedis();
  onTestFinished(() => redis.stop());
  const databaseUrl = await createDatabase();
  const start = (): Promise<NodeProcess> =>
    nodeForTest({ ...clusterEnv(databaseUrl), REDIS_URL: redis.url, ...env });
  const others = Array.from({ length: count - 1 }, start);
  const nodes = [await start(), ...(await Promise.all(others))] as const;
  const [buyer, seller] = await Promise.all([newUser(), newUser()]);
  const conversationId = await newConversation(nodes[0].url, buyer, seller);
  return { nodes, redis, buyer, seller, conversationId };
}

/** How often this limit has refused something on this node. */
export async function limitedCount(node: NodeProcess, limit: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const found = new RegExp(`^parley_limited_total\\{limit="${limit}"\\} (\\d+)`, 'm').exec(text);
  return Number(found?.[1] ?? 0);
}
