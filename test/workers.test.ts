import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { isAlive } from '../src/lib/is-alive.ts';
import { askAgent } from './support/ask-agent.ts';
import { type Client, type User, connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { type NodeProcess, spawnNode } from './support/spawn-node.ts';

const COUNT = 3;
/** A wait before the restart, and a start on a busy machine. */
const RESTART = { timeout: 40_000 };
vi.setConfig({ testTimeout: 60_000 });

let databaseUrl: string;
let buyer: User;
let seller: User;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  [buyer, seller] = [await newUser(), await newUser()];
});

interface Workers extends NodeProcess {
  /** The process that each number has now. */
  pids(): Map<number, number>;
}

async function startWorkers(env: Readonly<Record<string, string>> = {}): Promise<Workers> {
  const node = await nodeForTest({ ...clusterEnv(databaseUrl), WORKERS: String(COUNT), ...env });
  const pids = () =>
    new Map(
      logLines(node)
        .filter(({ msg }) => msg === 'a worker serves')
        .map(({ worker, pid }) => [worker, pid]),
    );
  onTestFinished(() => {
    for (const pid of pids().values()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return { ...node, pids };
}

interface LogLine {
  readonly msg: string;
  readonly worker: number;
  readonly pid: number;
  readonly restartInMs: number;
}

const logLines = ({ output }: { output: () => string }): LogLine[] =>
  output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);

const kill = (pid: number | undefined): void => {
  if (pid === undefined) throw new Error('there is no such worker');
  process.kill(pid, 'SIGKILL');
};

const scrape = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** By worker. */
function connections(metrics: string): Map<number, number> {
  const found = metrics.matchAll(/^parley_connections\{worker="(\d+)"\} (\d+)$/gm);
  return new Map([...found].map(([, worker, count]) => [Number(worker), Number(count)]));
}

/** Opens sockets until every worker has one; by worker. */
async function socketsOnAll(node: Workers): Promise<Map<number, Client[]>> {
  const clients = new Map<number, Client[]>();
  for (let before = connections(await scrape(node.url)); clients.size < COUNT;) {
    const client = await connect(node.wsUrl, clients.size % 2 === 0 ? seller : buyer);
    const after = connections(await scrape(node.url));
    const worker = [...after.keys()].find((number) => after.get(number) !== before.get(number));
    if (worker === undefined) throw new Error('no worker has the socket');
    clients.set(worker, [...(clients.get(worker) ?? []), client]);
    before = after;
  }
  return clients;
}

const all = (clients: Map<number, Client[]>): Client[] => [...clients.values()].flat();

test('workers share the port, chat with each other, and say in their logs who they are', async () => {
  const node = await startWorkers({ DRAIN_SECONDS: '0' });
  const id = await newConversation(node.url, buyer, seller);
  const clients = await socketsOnAll(node);
  const writer = await connect(node.wsUrl, buyer);
  writer.send({ type: 'send_message', conversationId: id, content: 'to all' });
  for (const client of all(clients))
    expect(await client.next('new_message')).toMatchObject({ conversationId: id, seq: 1 });
  node.kill('SIGTERM');
  expect(await node.exited).toBe(0);
  const stopped = logLines(node).filter(({ msg }) => msg === 'stopped');
  expect(new Set(stopped.map(({ worker }) => worker))).toEqual(new Set([1, 2, 3, undefined]));
});

test('one that is killed takes only its own sockets with it, and another takes its place', async () => {
  const node = await startWorkers();
  const clients = await socketsOnAll(node);
  const before = node.pids();
  kill(before.get(2));
  for (const client of clients.get(2) ?? []) expect((await client.closed)[0]).toBe(1006);
  const others = [...(clients.get(1) ?? []), ...(clients.get(3) ?? [])];
  for (const client of others) await client.settle();
  // Who comes back meanwhile finds those that are left.
  const back = await Promise.all((clients.get(2) ?? []).map(() => connect(node.wsUrl, seller)));
  await expect.poll(() => node.pids().get(2), RESTART).not.toBe(before.get(2));
  await expect.poll(async () => (await socketsOnAll(node)).get(2)).toBeDefined();
  for (const client of [...others, ...back]) await client.settle();
  expect(node.pids().get(1)).toBe(before.get(1));
  expect(node.pids().get(3)).toBe(before.get(3));
  expect(await scrape(node.url)).toContain('\nparley_worker_restarts_total 1\n');
});

test('one that crashes again and again is restarted after longer and longer waits', async () => {
  const node = await startWorkers();
  const ends = () => logLines(node).filter((line) => line.restartInMs !== undefined);
  for (const times of [1, 2]) {
    const pid = node.pids().get(1);
    kill(pid);
    await expect.poll(() => ends().length).toBe(times);
    await expect.poll(() => node.pids().get(1), RESTART).not.toBe(pid);
  }
  expect(ends().map(({ worker }) => worker)).toEqual([1, 1]);
  const [first, second] = ends().map(({ restartInMs }) => restartInMs);
  expect(first).toBeGreaterThanOrEqual(1_000);
  expect(first).toBeLessThanOrEqual(2_000);
  expect(second).toBeGreaterThanOrEqual(2_000);
  expect(second).toBeLessThanOrEqual(4_000);
});

test('SIGTERM drains all of them: sockets are closed with 1012 over the drain time, exit 0', async () => {
  const node = await startWorkers({ DRAIN_SECONDS: '1' });
  const clients = await socketsOnAll(node);
  const pids = [...node.pids().values()];
  // As systemd does it, to every process of the service.
  node.kill('SIGTERM');
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  for (const client of all(clients)) expect((await client.closed)[0]).toBe(1012);
  expect(await node.exited).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a second signal ends all of them at once', async () => {
  const node = await startWorkers({ DRAIN_SECONDS: '60' });
  // One more than workers: one of these has two, and closes the second after half a minute.
  for (let i = 0; i <= COUNT; i += 1) await connect(node.wsUrl, buyer);
  const pids = [...node.pids().values()];
  node.kill('SIGTERM');
  await expect.poll(() => node.output()).toContain('"msg":"draining"');
  const since = performance.now();
  // Within a second of the first it is taken for its echo.
  await expect
    .poll(() => {
      node.kill('SIGTERM');
      return pids.filter(isAlive);
    })
    .toEqual([]);
  expect(await node.exited).toBe(1);
  expect(performance.now() - since).toBeLessThan(10_000);
});

test('without their supervisor they drain and end, and another may start at once', async () => {
  const port = String(await freePort());
  const node = await startWorkers({ PORT: port, DRAIN_SECONDS: '2' });
  const clients = await socketsOnAll(node);
  const pids = [...node.pids().values()];
  node.kill('SIGKILL');
  await expect.poll(() => node.output().split('the supervisor is gone').length).toBe(COUNT + 1);
  const next = await startWorkers({ PORT: port });
  for (const client of all(clients)) expect((await client.closed)[0]).toBe(1012);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  expect(logLines(node).filter(({ msg }) => msg === 'stopped')).toHaveLength(COUNT);
  await socketsOnAll(next);
});

/** What it writes to stderr, and its exit code. */
async function failure(env: Readonly<Record<string, string>>) {
  const { child, exited } = spawnNode({ ...clusterEnv(databaseUrl), WORKERS: '3', ...env });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { code: await exited, stderr };
}

const portInUse = {
  code: 1,
  stderr: expect.stringMatching(/^parley: cannot listen on \S+ \(PORT\).*\n$/),
};

test('a worker that comes too late for its supervisor is nothing else either', async () => {
  // As one finds it whose supervisor was killed while it was loading.
  expect(await failure({ PARLEY_WORKER: '1' })).toEqual({
    code: 1,
    stderr: 'parley: PARLEY_WORKER is set, and there is no supervisor\n',
  });
});

test('a port that others use is not shared with them', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  expect(await failure({ PORT: String(port) })).toEqual(portInUse);
});

test('nor with another Parley, with workers or without', async () => {
  const node = await startWorkers();
  const PORT = String(node.port);
  expect(await failure({ PORT })).toEqual(portInUse);
  expect(await failure({ PORT, WORKERS: '1' })).toEqual(portInUse);
  // Nor while its workers are all away.
  for (const pid of node.pids().values()) kill(pid);
  await expect.poll(() => logLines(node).filter((line) => line.restartInMs).length).toBe(COUNT);
  expect(await failure({ PORT })).toEqual(portInUse);
});

test('what no worker can do without is said once', async () => {
  const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
  expect(await failure({ REDIS_URL })).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^parley: .*REDIS_URL.*\n$/),
  });
});

test('the metrics are those of all workers, on whatever port; one that hangs is left out', async () => {
  const metricsPort = await freePort();
  const node = await startWorkers({ METRICS_PORT: String(metricsPort) });
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const workers = async () => [...connections(await scrape(metricsUrl)).keys()];
  expect(await workers()).toEqual([1, 2, 3]);
  expect(await scrape(metricsUrl)).toContain('\nparley_workers 3\n');
  expect((await fetch(`${node.url}/metrics`)).status).toBe(404);
  process.kill(node.pids().get(1) ?? 0, 'SIGSTOP');
  expect(await workers()).toEqual([2, 3]);
});

test('one that hangs is ended, and another takes its place', async () => {
  const node = await startWorkers();
  const before = node.pids();
  process.kill(before.get(1) ?? 0, 'SIGSTOP');
  await expect.poll(() => node.pids().get(1), RESTART).not.toBe(before.get(1));
  expect(node.output()).toContain('a worker hangs');
  expect(isAlive(before.get(1) ?? 0)).toBe(false);
  expect(node.pids().get(2)).toBe(before.get(2));
});

test('HAProxy is told once for all of them: up while one serves, drain at the end', async () => {
  const agentPort = await freePort();
  const env = { AGENT_CHECK_PORT: String(agentPort), DRAIN_SECONDS: '2' };
  const node = await startWorkers(env);
  expect(await askAgent(agentPort)).toBe('up\n');
  for (const worker of [1, 2]) kill(node.pids().get(worker));
  await expect.poll(() => logLines(node).filter((line) => line.restartInMs).length).toBe(2);
  expect(await askAgent(agentPort)).toBe('up\n');
  // More than workers: one has two, and closes the second after half of the drain time.
  for (let i = 0; i <= COUNT; i += 1) await connect(node.wsUrl, buyer);
  node.kill('SIGTERM');
  await expect.poll(() => askAgent(agentPort)).toBe('drain\n');
  expect(await node.exited).toBe(0);
});
