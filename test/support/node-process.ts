import { inject, onTestFinished } from 'vitest';
import { type NodeProcess, SECRET, startNode } from './spawn-node.ts';

/** What makes a node one of a cluster on the services that all files share. */
export const clusterEnv = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  REDIS_URL: inject('redisUrl'),
  JWT_SECRET: SECRET,
});

/** Starts a node for one test. */
export async function nodeForTest(env: Readonly<Record<string, string>>): Promise<NodeProcess> {
  const node = await startNode(env);
  onTestFinished(async () => {
    node.kill('SIGKILL');
    await node.exited;
  });
  return node;
}
