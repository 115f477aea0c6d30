import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposer } from '../../src/lib/disposer.ts';
import { type Cluster, startCluster } from '../cluster.ts';
import { createParleyDatabase, startServices } from '../services.ts';

const DRAIN_SECONDS = '5';
/** Between one node's return and the next one's end. */
const PAUSE_MS = 5_000;

/** PostgreSQL, Redis, and two nodes from `dist/`, without a balancer before them. */
export async function startLocalCluster(disposer: Disposer): Promise<Cluster> {
  const services = await startServices(disposer);
  const cluster = await startCluster({
    databaseUrl: await createParleyDatabase(services, 'loadtest'),
    redisUrl: services.redisUrl,
    env: { DRAIN_SECONDS },
  });
  disposer.defer(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

/** Scales one node after the other away and starts it again, until the signal. */
export async function comeAndGo(
  cluster: Cluster,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  for (let index = 0; ; index = (index + 1) % cluster.nodes.length) {
    await sleep(PAUSE_MS);
    if (signal.aborted) return;
    log(`node ${index} drains`);
    cluster.nodes[index]?.kill('SIGTERM');
    await cluster.nodes[index]?.exited;
    await cluster.restart(index);
    log(`node ${index} is back`);
  }
}
