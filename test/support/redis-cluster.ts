import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RedisSettings } from '../../src/bus/redis-settings.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { freePorts } from '../../src/lib/free-port.ts';
import { type RedisServer, inMemory, startRedis } from './redis.ts';
import { until } from './until.ts';

const MASTERS = 3;
const SLOTS = 16_384;

/** Three masters with a replica each. */
export class ClusterSetup implements AsyncDisposable {
  readonly settings: Extract<RedisSettings, { mode: 'cluster' }>;
  readonly #nodes: readonly RedisServer[];
  readonly #disposer: Disposer;

  constructor(nodes: readonly RedisServer[], disposer: Disposer) {
    this.#nodes = nodes;
    this.#disposer = disposer;
    this.settings = { mode: 'cluster', urls: nodes.slice(0, MASTERS).map(({ url }) => url) };
  }

  /** The servers that have this slot: the master, then its replica. */
  async shardOf(slot: number): Promise<RedisServer[]> {
    type Range = [first: number, last: number, ...nodes: [host: string, port: number][]];
    const ranges = (await this.#nodes[0]!.ask('CLUSTER', 'SLOTS')) as Range[];
    const [, , ...nodes] = ranges.find(([first, last]) => first <= slot && slot <= last)!;
    return nodes.map(([, port]) => this.#nodes.find((node) => node.port === port)!);
  }

  /** A planned failover of a shard to its replica. */
  async failOver(slot: number): Promise<void> {
    const [, replica] = await this.shardOf(slot);
    await replica!.ask('CLUSTER', 'FAILOVER');
  }

  /** Moves a slot, which holds no keys, to another master. */
  async move(slot: number, to: RedisServer): Promise<void> {
    const [from] = await this.shardOf(slot);
    const [source, target] = await Promise.all([from!, to].map((node) => idOf(node)));
    await to.ask('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source!);
    await from!.ask('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target!);
    for (const node of [to, from!])
      await node.ask('CLUSTER', 'SETSLOT', String(slot), 'NODE', target!);
  }

  /** Every node is there, every replica follows its master, and all agree. */
  async settled(): Promise<void> {
    await until('three masters with a replica each', async () => {
      const states = await Promise.all(
        this.#nodes.map(async (node) => [
          await node.ask('CLUSTER', 'INFO'),
          await node.ask('INFO', 'replication'),
          await node.ask('CLUSTER', 'SLOTS'),
        ]),
      );
      return states.every(([info, replication, slots]) => {
        const shards = slots as unknown[][];
        return (
          String(info).includes('cluster_state:ok') &&
          /role:master[^]*connected_slaves:1|master_link_status:up/.test(String(replication)) &&
          shards.every((shard) => shard.length === 4)
        );
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

const idOf = async (node: RedisServer): Promise<string> =>
  String(await node.ask('CLUSTER', 'MYID'));

export async function startCluster(): Promise<ClusterSetup> {
  const disposer = new Disposer();
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-cluster-'));
  disposer.defer(() => rm(dir, { recursive: true, force: true }));
  const count = 2 * MASTERS;
  const ports = await freePorts(2 * count);
  const nodes = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const options = {
        'cluster-enabled': 'yes',
        'cluster-port': String(ports[count + i]),
        'cluster-config-file': `${i}.conf`,
        dbfilename: `${i}.rdb`,
        'cluster-node-timeout': '1500',
        'repl-diskless-sync-delay': '0',
        dir,
      };
      const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      const port = ports[i] ?? 0;
      const node = await startRedis(port, [...inMemory(port), ...args]);
      disposer.defer(() => node.kill());
      return node;
    }),
  );
  await Promise.all(
    nodes.map(async (node, i) => {
      await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
      if (i >= MASTERS) return;
      const [from, to] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / MASTERS));
      await node.ask('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to! - 1));
    }),
  );
  for (let i = 1; i < count; i += 1)
    await nodes[0]!.ask('CLUSTER', 'MEET', '127.0.0.1', `${ports[i]}`, `${ports[count + i]}`);
  await until('all nodes know all', async () => {
    const lists = await Promise.all(nodes.map((node) => node.ask('CLUSTER', 'NODES')));
    return lists.every((list) => String(list).match(/connected/g)?.length === count);
  });
  for (const [i, replica] of nodes.slice(MASTERS).entries())
    await replica.ask('CLUSTER', 'REPLICATE', await idOf(nodes[i]!));
  const setup = new ClusterSetup(nodes, disposer);
  await setup.settled();
  return setup;
}
