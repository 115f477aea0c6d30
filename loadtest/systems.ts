import { fileURLToPath } from 'node:url';
import { SECRET } from '../test/support/spawn-node.ts';
import { type Cluster, type ClusterNode, startCluster, startProcesses } from './cluster.ts';
import type { System } from './measure/load.ts';
import { type Services } from './services.ts';
import { query } from '../test/support/query.ts';

/** A system that goes when it is disposed of. */
export interface RunningSystem extends System, AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
}

export async function startParley(services: Services, databaseUrl: string): Promise<RunningSystem> {
  const cluster = await startCluster({ databaseUrl, redisUrl: services.redisUrl });
  return runningSystem('parley', cluster, services, databaseUrl);
}

export async function startSocketIo(
  services: Services,
  databaseUrl: string,
): Promise<RunningSystem> {
  const peer = fileURLToPath(new URL('peers/socket-io.ts', import.meta.url));
  const cluster = await startProcesses(2, ['--import', 'tsx', peer], '/', {
    DATABASE_URL: databaseUrl,
    REDIS_URL: services.redisUrl,
  });
  return runningSystem('socket-io', cluster, services, databaseUrl);
}

/** What uWebSockets.js itself can do: every frame comes back to its sender, and nothing is kept. */
export async function startEcho(): Promise<RunningSystem> {
  const echo = fileURLToPath(new URL('peers/echo.ts', import.meta.url));
  const cluster = await startProcesses(1, ['--import', 'tsx', echo], '/healthz', {});
  return {
    dialect: 'echo',
    secret: '',
    ports: cluster.nodes.map((node) => node.port),
    processes: { nodes: cluster.nodes.map((node) => node.pid), postgres: [], redis: [] },
    countPersisted: undefined,
    nodes: cluster.nodes,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

/** A cluster of nodes as what is measured. */
export const runningSystem = (
  dialect: System['dialect'],
  cluster: Cluster,
  services: Services,
  databaseUrl: string,
): RunningSystem => ({
  dialect,
  secret: SECRET,
  ports: cluster.nodes.map((node) => node.port),
  processes: {
    nodes: cluster.nodes.map((node) => node.pid),
    postgres: [services.postgresPid],
    redis: services.redisPids,
  },
  async countPersisted() {
    const [row] = await query<{ count: number }>(
      databaseUrl,
      'SELECT count(*)::int AS count FROM messages',
    );
    return row?.count ?? 0;
  },
  nodes: cluster.nodes,
  [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
});
