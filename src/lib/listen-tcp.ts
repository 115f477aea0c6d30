import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { StartupError } from './startup-error.ts';

/** Where to listen, and the variable that says so, for whoever must mend it. */
export interface Address {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly variable: string;
}

/**
 * Listens; nobody else may on the same port.
 *
 * @returns the port
 * @throws {StartupError} when the address is taken or not ours
 */
export async function listenTcp(server: Server, address: Address): Promise<number> {
  server.listen({ host: address.host, port: address.port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, { cause: error });
  }
  return (server.address() as AddressInfo).port;
}

export const cannotListen = ({ host, port, variable }: Address, options?: ErrorOptions) =>
  new StartupError(
    `cannot listen on ${host}:${port} (${variable}): is the port in use, or HOST no address of this machine?`,
    options,
  );
