import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, type Server, createServer } from 'node:net';

/** How many ports below those that the kernel gives away are tried. */
const SPAN = 16_384;
/** Below it ports need privileges. */
const FIRST_UNPRIVILEGED = 1024;

/** Elsewhere than on Linux: what was given away by this process. */
const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, for a server that must be told its port. This process and others of ours are not given it again
 * as long as this one lives.
 *
 * Between this and that server's start anybody may take what the kernel gives away for `listen(0)` and `connect`. So on Linux it is none of
 * those (`ip_local_port_range`, ip(7)), where that leaves any. Elsewhere only this process is not given it again.
 */
export async function freePort(): Promise<number> {
  const end = await firstEphemeralPort();
  for (;;) {
    const wanted = end === undefined ? 0 : randomInt(Math.max(end - SPAN, FIRST_UNPRIVILEGED), end);
    const probe = createServer();
    if (!(await listens(probe, { port: wanted, host: '127.0.0.1' }))) continue;
    const { port } = probe.address() as AddressInfo;
    const isOurs = await keep(port);
    const closed = once(probe, 'close');
    probe.close();
    await closed;
    if (isOurs) return port;
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

/** @returns false when it was given away before */
async function keep(port: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    const isNew = !given.has(port);
    given.add(port);
    return isNew;
  }
  // An abstract socket (unix(7)) is as unique as a port and as local to the network namespace, and ends with the process.
  const name = createServer().unref();
  return listens(name, `\0parley-port:${port}`);
}

const listens = (
  server: Server,
  where: string | { port: number; host: string },
): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('listening', () => resolve(true)).once('error', () => resolve(false));
    server.listen(where);
  });
