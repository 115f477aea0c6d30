import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../src/lib/free-port.ts';
import { untilListening } from './child.ts';
import { hasCommand, hasOrInstalls, succeeds } from './programs.ts';

const START_MS = 60_000;

interface RunningRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis to test with: `REDIS_URL`, else one of our own. */
export async function findRedis(): Promise<RunningRedis> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  return ownRedis();
}

/** A Redis to harm: from `redis-server` on PATH, else installed by apt as root, else from Docker. */
export async function ownRedis(): Promise<RedisServer> {
  const port = await freePort();
  if (hasOrInstalls('redis-server')) return startRedis(port, inMemory(port));
  if (hasCommand('docker') && succeeds('docker', ['info'])) return startInDocker(port);
  throw new Error('the tests need Redis: set REDIS_URL, or install redis-server or Docker');
}

/** For servers that write nothing to disk. */
export const inMemory = (port: number): string[] => [
  '--port',
  `${port}`,
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--appendonly',
  'no',
];

/** @param args of `redis-server`, which make it listen on this port of 127.0.0.1 */
export function startRedis(port: number, args: readonly string[]): Promise<RedisServer> {
  if (!hasOrInstalls('redis-server')) throw new Error('these tests need redis-server: install it');
  return RedisServer.start(
    port,
    () => spawn('redis-server', args, { stdio: 'ignore' }),
    (signal, child) => void child.kill(signal),
  );
}

async function startInDocker(port: number): Promise<RedisServer> {
  const name = `parley-test-redis-${port}`;
  const args = ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:6379`, 'redis:8'];
  return RedisServer.start(
    port,
    () => spawn('docker', args, { stdio: 'ignore' }),
    (signal) => void spawnSync('docker', ['kill', '--signal', signal, name], { stdio: 'ignore' }),
  );
}

export class RedisServer implements RunningRedis {
  readonly url: string;
  readonly port: number;
  readonly #spawn: () => ChildProcess;
  readonly #signal: (signal: NodeJS.Signals, child: ChildProcess) => void;
  #child: ChildProcess;

  constructor(
    port: number,
    start: () => ChildProcess,
    signal: (signal: NodeJS.Signals, child: ChildProcess) => void,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    this.port = port;
    this.#spawn = start;
    this.#signal = signal;
    this.#child = start();
  }

  static async start(...args: ConstructorParameters<typeof RedisServer>): Promise<RedisServer> {
    const server = new RedisServer(...args);
    await untilListening(server.#child, server.port, 'Redis', START_MS);
    return server;
  }

  signal(signal: NodeJS.Signals): void {
    this.#signal(signal, this.#child);
  }

  /** What it answers to one command. */
  async ask(...[command, ...args]: readonly [string, ...string[]]): Promise<unknown> {
    const redis = new Redis(this.url, { enableReadyCheck: false, retryStrategy: () => null });
    try {
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  }

  /** Kills it with `kill -9`; it comes back empty. */
  async restart(downMs: number): Promise<void> {
    await this.kill();
    await sleep(downMs);
    this.#child = this.#spawn();
    await untilListening(this.#child, this.port, 'Redis', START_MS);
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Also when it is stopped or hangs. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.signal(signal);
    await gone;
  }
}
