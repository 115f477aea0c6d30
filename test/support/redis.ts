import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../../src/lib/free-port.ts';

interface RunningRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis to test with: `REDIS_URL`, else `redis-server` on PATH, else installed by apt as root, else from Docker. */
export async function findRedis(): Promise<RunningRedis> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  if (hasCommand('redis-server')) return startRedis();
  if (process.getuid?.() === 0 && hasCommand('apt-get')) {
    console.log('installing redis-server with apt');
    if (
      apt('install', '-y', 'redis-server') ||
      (apt('update') && apt('install', '-y', 'redis-server'))
    ) {
      return startRedis();
    }
  }
  if (hasCommand('docker') && succeeds('docker', ['info'])) return startInDocker();
  throw new Error('the tests need Redis: set REDIS_URL, or install redis-server or Docker');
}

const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
const hasCommand = (name: string): boolean => succeeds('sh', ['-c', `command -v ${name}`]);
const apt = (...args: readonly string[]): boolean => succeeds('apt-get', ['-qq', ...args]);

/** Runs a Redis of its own on a free port of 127.0.0.1; nothing is written to disk. */
async function startRedis(): Promise<RunningRedis> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  return wait(child, port);
}

async function startInDocker(): Promise<RunningRedis> {
  const port = await freePort();
  const args = ['run', '--rm', '-p', `127.0.0.1:${port}:6379`, 'redis:8'];
  return wait(spawn('docker', args, { stdio: 'ignore' }), port);
}

async function wait(child: ChildProcess, port: number): Promise<RunningRedis> {
  const deadline = Date.now() + 60_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('Redis did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
