import type { Link, LinkEvents, LinkOptions } from '../link.ts';
import type { WebSocketConstructor } from '../client-options.ts';
import { createEmit } from './emit.ts';
import { listenToPage } from './listen-to-page.ts';
import { SharedLink } from './shared-link.ts';
import { TokenKeeper } from './token-keeper.ts';

/** @throws {TypeError} there is no WebSocket */
export function openLink(options: LinkOptions, events: LinkEvents): Link {
  const WebSocket =
    options.WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (WebSocket === undefined)
    throw new TypeError(
      'there is no WebSocket here: give one as the option `WebSocket`, that of `ws` for example',
    );
  const emit = createEmit(events);
  const keeper = new TokenKeeper(options.token, (userId) => emit('onUser', userId));
  const carrier = new SharedLink({ ...options, WebSocket, keeper, emit, locks: locksFor(options) });
  const leavePage = listenToPage({
    wake: () => carrier.wake(),
    offline: () => carrier.offline(),
  });
  let isClosed = false;
  return {
    connect() {
      if (!isClosed) carrier.connect();
    },
    send: (frame) => carrier.send(frame),
    tellMuted: (...args) => carrier.tellMuted(...args),
    token: (signal) => keeper.get('connect', signal),
    renewToken: (refused, signal) => keeper.renew(refused, signal),
    proveToken: () => keeper.prove(),
    close() {
      if (isClosed) return;
      isClosed = true;
      leavePage();
      carrier.close();
      keeper.close();
    },
  };
}

function locksFor({ shareSocket }: LinkOptions): LockManager | undefined {
  const { navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
  return shareSocket && BroadcastChannel !== undefined ? navigator?.locks : undefined;
}
