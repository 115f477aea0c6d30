import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, type Server, createServer } from 'node:net';

/** How many ports below those that the kernel gives away are tried. */
const SPAN = 16_384;
/** Below it ports need privileges. */
const FIRST_UNPRIVILEGED = 1024;

/**
 * A port of 127.0.0.1 that nobody listens on, for a server that must be told its port.
 *
 * Between this and that server's start anybody may take what the kernel gives away for `listen(0)` and `connect`. So on Linux it is none of
 * those (`ip_local_port_range`, ip(7)), and a name keeps other processes of ours from choosing it as long as this one lives: an
 * abstract socket (unix(7)) is as local to the network namespace as a port. Elsewhere it is one that was free a moment ago.
 */
export async function freePort(): Promise<number> {
  const end = await firstEphemeralPort();
  if (end === undefined) return anyPort();
  for (;;) {
    const port = randomInt(Math.max(end - SPAN, FIRST_UNPRIVILEGED), end);
    const name = createServer();
    if (!(await listens(name, `\0parley-port:${port}`))) continue;
    const probe = createServer();
    if (await listens(probe, { port, host: '127.0.0.1' })) {
      await close(probe);
      name.unref();
      return port;
    }
    name.close();
  }
}

/** Several of them, all different. */
export const freePorts = (count: number): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, freePort));

/** @returns undefined when there are too few below it, or the kernel does not say */
async function firstEphemeralPort(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const first = Number.parseInt(range, 10);
  return first >= 2 * FIRST_UNPRIVILEGED ? first : undefined;
}

async function anyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await close(server);
  return port;
}

const listens = (
  server: Server,
  where: string | { port: number; host: string },
): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false));
    server.listen(where);
  });

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
