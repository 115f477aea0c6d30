import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/lib/free-port.ts';
import { BUILT, SECRET, spawnNode } from '../test/support/spawn-node.ts';

export interface ClusterNode {
  readonly port: number;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** @returns its exit code */
  readonly exited: Promise<number | null>;
}

export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  /** Starts a node again that has ended, at its old port, and waits until it is ready. */
  restart(index: number): Promise<void>;
}

export interface ClusterOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** How many; two unless told otherwise. */
  readonly nodes?: number;
  /** Beside what makes them a cluster. */
  readonly env?: Readonly<Record<string, string>>;
}

const START_MS = 60_000;
const POLL_MS = 50;

/** Parley's nodes as in production, from `dist/`, on free ports. They have no address in common. Their files go with them. */
export async function startCluster({
  databaseUrl,
  redisUrl,
  nodes = 2,
  env,
}: ClusterOptions): Promise<Cluster> {
  const files = await mkdtemp(path.join(tmpdir(), 'parley-files-'));
  const removeFiles = () => rm(files, { recursive: true, force: true });
  const starting = startProcesses(nodes, BUILT, '/readyz', {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    JWT_SECRET: SECRET,
    ATTACHMENTS_DIR: files,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    ...env,
  });
  const cluster = await starting.catch(async (error: unknown) => {
    await removeFiles();
    throw error;
  });
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await removeFiles();
    },
  };
}

/**
 * Starts processes that serve HTTP, and waits until each answers 200.
 *
 * @param args of Node
 * @param readyPath what is asked for
 */
export async function startProcesses(
  count: number,
  args: readonly string[],
  readyPath: string,
  env: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const nodes: ClusterNode[] = [];
  const start = async (index: number, port: number): Promise<void> => {
    const { child, output, exited } = spawnNode(
      { NODE_ENV: 'production', ...env, PORT: String(port) },
      args,
    );
    nodes[index] = {
      port,
      pid: child.pid ?? 0,
      kill: (signal) => void child.kill(signal),
      exited,
    };
    await Promise.race([
      untilReady(`http://127.0.0.1:${port}${readyPath}`),
      exited.then((code) => {
        throw new Error(`a node ended with ${code}: ${output().slice(-2_000)}`);
      }),
    ]);
  };
  const cluster: Cluster = {
    nodes,
    restart: (index) => start(index, nodes[index]?.port ?? 0),
    async [Symbol.asyncDispose]() {
      for (const node of nodes) node.kill('SIGKILL');
      await Promise.all(nodes.map((node) => node.exited));
    },
  };
  try {
    const ready: Promise<void>[] = [];
    for (let i = 0; i < count; i += 1) ready.push(start(i, await freePort()));
    await Promise.all(ready);
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => undefined,
    );
    if (status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${url} was not ready after ${START_MS / 1_000} s`);
}
