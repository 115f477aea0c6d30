import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/lib/free-port.ts';
import { packagePath } from '../../src/lib/package-path.ts';
import { startNameServer } from './name-server.ts';
import { accepts, hasOrInstalls } from './programs.ts';

export type BalancerName = 'nginx' | 'haproxy';

/** A real balancer with the configuration in `deploy/`, on a port of 127.0.0.1. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  readonly wsUrl: string;
  /** What it has written so far: its access log, and its errors. */
  log(): string;
  /** From now on the name of the nodes stands for these addresses. */
  resolveTo(addresses: readonly string[]): Promise<void>;
}

export interface NodePorts {
  /** The nodes' port, the same at each address. */
  readonly port: number;
  readonly agentCheckPort: number;
}

/** What a program needs that `deploy/` has not. */
interface Setup {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  resolveTo(addresses: readonly string[]): Promise<void>;
  dispose?(): Promise<void>;
}

/**
 * @param addresses of the nodes, such as 127.0.0.2
 * @param trustedHops whose `X-Forwarded-For` is believed
 */
export async function startBalancer(
  name: BalancerName,
  addresses: readonly string[],
  ports: NodePorts,
  trustedHops: readonly string[] = [],
): Promise<Balancer> {
  need(name);
  const folder = await mkdtemp(path.join(tmpdir(), `parley-${name}-`));
  // nginx's workers run under an account of their own.
  await chmod(folder, 0o755);
  const config = path.join(folder, 'config');
  await cp(packagePath(`deploy/${name}`), config, { recursive: true });
  const setup = await (name === 'nginx' ? nginx : haproxy)(folder, addresses, ports);
  const [hopsFile, hopLine] =
    name === 'nginx'
      ? ['trusted-hops.conf', (hop: string) => `set_real_ip_from ${hop};\n`]
      : ['trusted-hops.lst', (hop: string) => `${hop}\n`];
  await writeFile(path.join(config, hopsFile), trustedHops.map(hopLine).join(''));
  // A file, since nginx opens /dev/stdout, which can't be done with a socket.
  const logFile = path.join(folder, 'log');
  const log = await open(logFile, 'a');
  const child = spawn(setup.command, setup.args, {
    env: { PATH: process.env['PATH'] ?? '', ...setup.env },
    // The last is for `close`, which comes when whoever has inherited it is gone as well: follow-nodes.sh looks once more.
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
  });
  (child.stdio[3] as Readable).resume();
  const closed = once(child, 'close');
  await log.close();
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
    await setup.dispose?.();
    await rm(folder, { recursive: true });
  };
  const readLog = (): string => readFileSync(logFile, 'utf8');
  try {
    await ready(child, setup.port, readLog);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${setup.port}`,
    wsUrl: `ws://127.0.0.1:${setup.port}/ws`,
    log: readLog,
    resolveTo: (now) => setup.resolveTo(now),
    [Symbol.asyncDispose]: dispose,
  };
}

export function need(program: string): void {
  if (!hasOrInstalls(program)) throw new Error(`this test needs ${program} on PATH`);
}

/** `follow-nodes.sh` as in production, with a `getent` that stands for DNS, and another port. */
async function nginx(
  folder: string,
  addresses: readonly string[],
  { port: nodePort }: NodePorts,
): Promise<Setup> {
  need('curl');
  const config = path.join(folder, 'config');
  const bin = path.join(folder, 'bin');
  const port = await freePort();
  const site = readFileSync(path.join(config, 'site.conf'), 'utf8');
  await writeFile(path.join(config, 'site.conf'), site.replace('8080', `127.0.0.1:${port}`));
  await mkdir(bin);
  const resolveTo = (now: readonly string[]): Promise<void> =>
    writeFile(
      path.join(bin, 'getent'),
      `#!/bin/sh\nprintf '%s STREAM\\n' ${now.join(' ')}\n`,
      // Written anew it keeps the mode.
      { mode: 0o755 },
    );
  await resolveTo(addresses);
  return {
    command: path.join(config, 'follow-nodes.sh'),
    args: [config, path.join(folder, 'run')],
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, NODES: `node:${nodePort}` },
    port,
    resolveTo,
  };
}

async function haproxy(
  folder: string,
  addresses: readonly string[],
  ports: NodePorts,
): Promise<Setup> {
  const dns = await startNameServer(addresses);
  const port = await freePort();
  const config = path.join(folder, 'config');
  return {
    command: 'haproxy',
    args: ['-W', '-db', '-f', path.join(config, 'haproxy.cfg')],
    env: {
      BIND: `127.0.0.1:${port}`,
      NODES: `node:${ports.port}`,
      AGENT_CHECK_PORT: String(ports.agentCheckPort),
      RESOLVER: dns.address,
      CONFIG: config,
      MAXCONN: '4000',
    },
    port,
    resolveTo(now) {
      dns.addresses = now;
      return Promise.resolve();
    },
    dispose: async () => dns[Symbol.asyncDispose](),
  };
}

async function ready(child: ChildProcess, port: number, log: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the balancer did not start: ${log()}`);
    await sleep(50);
  }
}
