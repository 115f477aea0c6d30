import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Disposer } from '../lib/disposer.ts';
import { freePort } from '../lib/free-port.ts';
import { type Address, cannotListen, listenTcp } from '../lib/listen-tcp.ts';

/**
 * Sees to it that nobody uses a port, and that no other Parley will share it until `disposer` is through: with SO_REUSEPORT
 * a second one of the same user, started by mistake, would do so in silence.
 *
 * Two things keep it out. While a worker listens, nobody can bind the port exclusively, as every Parley tries at first. While all of
 * them are away, a name does it: an abstract socket (unix(7)) is as unique as a port and as local to the network
 * namespace, and the kernel gives it back however the process ends.
 *
 * @returns the port, when any was asked for
 * @throws {StartupError} when the port is in use, or the address not ours
 */
export async function claimPort(address: Address, disposer: Disposer): Promise<number> {
  const probe = createServer();
  // Workers listen later: what `listen(0)` gave could be somebody else's by then.
  const port = await listenTcp(probe, { ...address, port: address.port || (await freePort()) });
  const name = createServer().listen(`\0parley:${address.host}:${port}`);
  try {
    await once(name, 'listening');
  } catch (error) {
    throw cannotListen({ ...address, port }, { cause: error });
  } finally {
    probe.close();
    await once(probe, 'close');
  }
  disposer.defer(() => void name.close());
  return port;
}
