/** Alone on the machine, as the speed test is: it measures time. Linux only, for its loopback addresses and file descriptors. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createParleyDatabase, startServices } from '../loadtest/services.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import type { AttackReport } from './hostile/attack.ts';
import { startPeople } from './hostile/people.ts';
import type { Client } from './support/client.ts';
import { ownRedis } from './support/redis.ts';
import { type NodeProcess, SECRET, startNode } from './support/spawn-node.ts';

const PAIRS = 20;
const ATTACK_MS = 16_000;
/** What a p99 is taken of: three in an attack. */
const WINDOW_MS = 5_000;
const MAX_P99_MS = 100;
/** What a node may grow by while it is attacked. */
const MAX_GROWTH_BYTES = 150 * 1024 * 1024;

/** The pools open connections when they need them, 16 at most, and keep them; a few more are those that ask for metrics. */
const MAX_NEW_FDS = 20;

const disposer = new Disposer();
let nodes: readonly [NodeProcess, NodeProcess];

beforeAll(async () => {
  await run('npm', ['run', '--silent', 'build']);
  const services = await startServices(disposer, ownRedis);
  const env = {
    DATABASE_URL: await createParleyDatabase(services, 'hostile'),
    REDIS_URL: services.redisUrl,
    JWT_SECRET: SECRET,
  };
  nodes = [await startNode(env), await startNode(env)];
  disposer.defer(async () => {
    for (const node of nodes) node.kill('SIGKILL');
    await Promise.all(nodes.map((node) => node.exited));
  });
});
afterAll(() => disposer[Symbol.asyncDispose]());

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;

const inMs = (values: readonly number[]): string =>
  values.map((value) => `${value.toFixed(1)} ms`).join(', ');

const framesOf = (client: Client, type: string) =>
  client.frames.filter((frame) => frame.type === type);

/** One metric of each node. */
const metrics = (name: string): Promise<number[]> =>
  Promise.all(
    nodes.map(async ({ url }) => {
      const answer = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(answer)?.[1]);
    }),
  );

/** How many files and sockets each node has open. */
const openFiles = (): number[] => nodes.map(({ pid }) => readdirSync(`/proc/${pid}/fd`).length);

/**
 * In a process of its own: its CPU is not the event loop of those who measure.
 *
 * @param begun called when all attackers are there
 */
async function attack(begun: () => void): Promise<AttackReport> {
  const ports = nodes.map(({ port }) => port).join(',');
  const file = packagePath('test/hostile/attack.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, ports, String(ATTACK_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (lines.push(line) === 1) begun();
  }
  expect(await ended).toEqual([0, null]);
  return JSON.parse(lines[1] ?? '') as AttackReport;
}

test.skipIf(process.platform !== 'linux')(
  '1,000 hostile sockets: others chat on as before, none is cut, and nothing of it stays',
  async () => {
    const people = await startPeople(PAIRS, nodes);
    onTestFinished(() => {
      people.stop();
      for (const client of people.clients) client.socket.terminate();
    });
    await sleep(3_000);
    const calm = people.takeLatencies();
    const rssBefore = await metrics('process_resident_memory_bytes');
    const fdsBefore = openFiles();
    const cpuBefore = await metrics('process_cpu_seconds_total');

    let most = 0;
    const look = async (): Promise<void> => {
      const all = await metrics('process_resident_memory_bytes');
      most = Math.max(most, ...all.map((bytes, i) => bytes - (rssBefore[i] ?? 0)));
    };
    const watch = setInterval(() => void look(), 500);
    onTestFinished(() => clearInterval(watch));
    const windows: number[][] = [];
    let measuring: NodeJS.Timeout | undefined;
    const report = await attack(() => {
      people.takeLatencies();
      measuring = setInterval(() => windows.push(people.takeLatencies()), WINDOW_MS);
    });
    clearInterval(watch);
    clearInterval(measuring);
    const cpu = (await metrics('process_cpu_seconds_total')).map(
      (seconds, i) => seconds - (cpuBefore[i] ?? 0),
    );
    const delays = windows.map(p99);
    const figures =
      `p99 of messages beside ${report.most} hostile sockets, in windows of ${WINDOW_MS / 1_000} s: ${inMs(delays)}; before: ` +
      `${inMs([p99(calm)])}; the nodes took ${cpu.map((s) => s.toFixed(1)).join(' and ')} s of CPU and grew by ` +
      `${(most / 2 ** 20).toFixed(0)} MiB at most; the attackers took ${report.cpuSeconds.toFixed(1)} s and ended: ${JSON.stringify(report.ends)}`;
    console.log(figures);

    // It was an attack, and the limits saw it.
    expect(report.most).toBeGreaterThanOrEqual(1_000);
    expect(report.ends['slowHandshake']?.['cut']).toBeGreaterThan(100);
    expect(report.ends['hugeHeader']?.['431']).toBeGreaterThan(100);
    expect(report.ends['messageFlood']?.['4429']).toBeGreaterThan(10);
    expect(report.ends['pingFlood']?.['4429']).toBeGreaterThan(10);

    expect(windows.map(({ length }) => length).every((length) => length > 200)).toBe(true);
    expect(windows.length).toBeGreaterThanOrEqual(3);
    // The middle one: something else on the machine may spoil one of them.
    expect(delays.toSorted((a, b) => a - b)[1], `too slow: ${figures}`).toBeLessThanOrEqual(
      MAX_P99_MS,
    );
    expect(most).toBeLessThan(MAX_GROWTH_BYTES);

    people.stop();
    const acked = () =>
      people.clients.reduce((sum, client) => sum + framesOf(client, 'message_ack').length, 0);
    await expect.poll(acked, { timeout: 10_000 }).toBe(people.sent());
    for (const client of people.clients) {
      await client.settle();
      expect(framesOf(client, 'error')).toEqual([]);
      const seqs = framesOf(client, 'new_message').map((frame) => frame['seq'] as number);
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
    }

    const patiently = { timeout: 30_000 };
    await expect.poll(() => metrics('parley_connections'), patiently).toEqual([PAIRS, PAIRS]);
    await expect
      .poll(
        () => Math.max(...openFiles().map((count, i) => count - (fdsBefore[i] ?? 0))),
        patiently,
      )
      .toBeLessThanOrEqual(MAX_NEW_FDS);
    expect(await metrics('parley_undelivered_bytes')).toEqual([0, 0]);
  },
  120_000,
);
