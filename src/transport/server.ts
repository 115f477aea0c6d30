import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import type { Disposer } from '../lib/disposer.ts';
import { type Address, cannotListen } from '../lib/listen-tcp.ts';
import type { Uws } from './uws.ts';

/** LIBUS_LISTEN_DEFAULT and LIBUS_LISTEN_EXCLUSIVE_PORT of uSockets. */
const SHARED_PORT = 0;
const EXCLUSIVE_PORT = 1;

/** An overload that the package's declarations lack. */
interface Listener {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: us_listen_socket | false) => void,
  ): void;
}

export interface Listening {
  readonly port: number;
  /** Takes no more connections. Those that are there stay. */
  close(): void;
}

/**
 * Listens, and closes all that came in when `disposer` does.
 *
 * @param isShared whether other processes of the same user may listen on the port too: each connection then goes to one of
 *   them (SO_REUSEPORT, socket(7)). Otherwise nobody else may: without a word two processes would share it in silence
 * @throws {StartupError} when the address is taken or not ours
 */
export function listen(
  app: TemplatedApp,
  address: Address,
  isShared: boolean,
  uws: Uws,
  disposer: Disposer,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const options = isShared ? SHARED_PORT : EXCLUSIVE_PORT;
    (app as unknown as Listener).listen(address.host, address.port, options, (socket) => {
      if (socket === false) {
        reject(cannotListen(address));
        return;
      }
      disposer.defer(() => app.close());
      let isOpen = true;
      resolve({
        port: uws.us_socket_local_port(socket),
        close() {
          if (isOpen) uws.us_listen_socket_close(socket);
          isOpen = false;
        },
      });
    });
  });
}
