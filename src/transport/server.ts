import type { TemplatedApp } from 'uWebSockets.js';
import type { Disposer } from '../lib/disposer.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { Uws } from './uws.ts';

/** LIBUS_LISTEN_EXCLUSIVE_PORT of uSockets. */
const EXCLUSIVE_PORT = 1;

/** An overload that the package's declarations lack. */
interface Listener {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: object | false) => void,
  ): void;
}

/**
 * Listens, and closes all that came in when `disposer` does.
 *
 * @param port 0 for any free one
 * @returns the port
 * @throws {StartupError} when the address is taken or not ours
 */
export function listen(
  app: TemplatedApp,
  host: string,
  port: number,
  uws: Uws,
  disposer: Disposer,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // Without EXCLUSIVE_PORT two processes would share a port in silence.
    (app as unknown as Listener).listen(host, port, EXCLUSIVE_PORT, (socket) => {
      if (socket === false) {
        reject(new StartupError(`cannot listen on ${host}:${port}: is the port in use?`));
        return;
      }
      disposer.defer(() => app.close());
      resolve(uws.us_socket_local_port(socket));
    });
  });
}
