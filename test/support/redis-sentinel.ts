import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RedisSettings } from '../../src/bus/redis-settings.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { freePorts } from '../../src/lib/free-port.ts';
import { type RedisServer, inMemory, startRedis } from './redis.ts';
import { until } from './until.ts';

const NAME = 'parley';

/** What is told of a server to whoever asks a sentinel. */
const numberOf = (fields: unknown, field: string): number => {
  const flat = fields as string[];
  return Number(flat[flat.indexOf(field) + 1]);
};

/** A master with two replicas, and three sentinels. */
export class SentinelSetup implements AsyncDisposable {
  readonly settings: Extract<RedisSettings, { mode: 'sentinel' }>;
  readonly sentinels: readonly RedisServer[];
  readonly #servers: readonly RedisServer[];
  readonly #disposer: Disposer;

  constructor(
    servers: readonly RedisServer[],
    sentinels: readonly RedisServer[],
    disposer: Disposer,
  ) {
    this.#servers = servers;
    this.sentinels = sentinels;
    this.#disposer = disposer;
    this.settings = { mode: 'sentinel', urls: sentinels.map(({ url }) => url), name: NAME };
  }

  async master(): Promise<RedisServer> {
    const [, port] = (await this.#ask('GET-MASTER-ADDR-BY-NAME')) as string[];
    return this.#servers.find((server) => server.port === Number(port))!;
  }

  async failOver(): Promise<void> {
    await this.#ask('FAILOVER');
  }

  /** Every server is there, and every sentinel knows it. */
  async settled(): Promise<void> {
    await until('master, two replicas and three sentinels', async () => {
      const told = await Promise.all(
        this.sentinels.map((sentinel) => sentinel.ask('SENTINEL', 'MASTER', NAME)),
      );
      const replicas = (await this.#ask('REPLICAS')) as string[][];
      return (
        told.every(
          (fields) =>
            numberOf(fields, 'num-slaves') === 2 && numberOf(fields, 'num-other-sentinels') === 2,
        ) && replicas.every((fields) => fields[fields.indexOf('master-link-status') + 1] === 'ok')
      );
    });
  }

  #ask(command: string): Promise<unknown> {
    return this.sentinels[0]!.ask('SENTINEL', command, NAME);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

export async function startSentinel(): Promise<SentinelSetup> {
  const disposer = new Disposer();
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-sentinel-'));
  disposer.defer(() => rm(dir, { recursive: true, force: true }));
  const [masterPort = 0, ...ports] = await freePorts(6);
  const start = async (port: number, args: readonly string[]): Promise<RedisServer> => {
    const server = await startRedis(port, args);
    disposer.defer(() => server.kill());
    return server;
  };
  const servers = await Promise.all(
    [masterPort, ...ports.slice(0, 2)].map((port) =>
      start(port, [
        ...inMemory(port),
        // What a replica gets from its master.
        '--dir',
        dir,
        '--dbfilename',
        `${port}.rdb`,
        '--repl-diskless-sync-delay',
        '0',
        ...(port === masterPort ? [] : ['--replicaof', `127.0.0.1 ${masterPort}`]),
      ]),
    ),
  );
  const sentinels = await Promise.all(
    ports.slice(2).map(async (port) => {
      const file = path.join(dir, `${port}.conf`);
      await writeFile(
        file,
        [
          `port ${port}`,
          'bind 127.0.0.1',
          `dir ${dir}`,
          `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
          `sentinel down-after-milliseconds ${NAME} 1500`,
          `sentinel failover-timeout ${NAME} 10000`,
        ].join('\n'),
      );
      return start(port, [file, '--sentinel']);
    }),
  );
  const setup = new SentinelSetup(servers, sentinels, disposer);
  await setup.settled();
  return setup;
}
