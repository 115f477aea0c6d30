import { expect, inject, onTestFinished } from 'vitest';
import { type NodeProcess, SECRET, spawnNode, startNode } from './spawn-node.ts';

/** What makes a node one of a cluster on the services that all files share. It serves, and that is all: whoever tests workers says `ROLE`. */
export const clusterEnv = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ROLE: 'node',
  REDIS_URL: inject('redisUrl'),
  JWT_SECRET: SECRET,
  ATTACHMENTS_DIR: inject('attachmentsDir'),
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

/** Starts a node that must give up. @returns the one line it leaves beside its log */
export async function startFailure(env: Readonly<Record<string, string>>): Promise<string> {
  const { exited, output } = spawnNode(env);
  expect(await exited).toBe(1);
  const lines = output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}
