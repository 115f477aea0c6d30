import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { FindClient } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import { peerAddress } from './client-address.ts';

/** What the package's declarations lack. */
interface Filtered {
  /** @param change 1 for a connection that came; -1, without an address, for one that went before it was a WebSocket */
  filter(callback: (res: HttpResponse, change: 1 | -1) => void): void;
}

/** Ends connections over the limit before anything of them is read. Trusted proxies open as many as they like. */
export function limitConnections(app: TemplatedApp, find: FindClient, limits: Limits): void {
  (app as unknown as Filtered).filter((res, change) => {
    if (change === 1 && limits.connection(find(peerAddress(res), noHeader)) > 0) res.close();
  });
}

const noHeader = (): string => '';
