import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy before one service, for what networks do to it. */
export interface Proxy extends AsyncDisposable {
  /** The service's URL by way of the proxy. */
  readonly url: string;
  /** Resets every connection there is; new ones are taken. */
  cut(): void;
  /** Resets every connection, and each new one, until `open`. */
  close(): void;
  /** From now on every connection stays, half-open: nothing gets through in either direction, nobody is told. */
  freeze(): void;
  /** Every connection there is stays, half-open: nothing of it gets through, or only no answers. New ones are taken. */
  lose(what: 'everything' | 'answers'): void;
  /** From now on everything takes so much longer, in each direction. */
  delay(ms: number): void;
  /** Takes new connections again. Those that were frozen end, as they do when a firewall has forgotten them. */
  open(): void;
}

/** @param url of the service, with its port */
export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const fars = new WeakSet<Socket>();
  /** What they send gets lost. */
  const lost = new WeakSet<Socket>();
  let state: 'open' | 'closed' | 'frozen' = 'open';
  let delayMs = 0;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true }, (near) => {
    track(near);
    if (state === 'closed') near.resetAndDestroy();
    if (state !== 'open') return;
    const far = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    track(far);
    fars.add(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      // In order, also when the delay becomes shorter.
      let last = Promise.resolve();
      const forward = async (chunk: Buffer, before: Promise<void>, due: unknown): Promise<void> => {
        await Promise.all([before, due]);
        if (state !== 'frozen' && !lost.has(from)) to.write(chunk);
      };
      from.on('data', (chunk: Buffer) => {
        last = forward(chunk, last, delayMs === 0 ? undefined : sleep(delayMs));
      });
      from.on('close', () => {
        if (state !== 'frozen' && !lost.has(from)) to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: near.href,
    cut,
    close() {
      state = 'closed';
      cut();
    },
    freeze() {
      state = 'frozen';
    },
    lose(what) {
      for (const socket of sockets) if (what === 'everything' || fars.has(socket)) lost.add(socket);
    },
    delay(ms) {
      delayMs = ms;
    },
    open() {
      if (state === 'frozen') cut();
      state = 'open';
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
