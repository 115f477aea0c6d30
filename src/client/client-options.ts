import type { ServiceWorkerLike } from './account-types.ts';

export interface TokenRequest {
  /** `connect`: the first, or a new connection; `expiry`: the last one ends soon; `rejected`: the server refused the last one. */
  readonly reason: 'connect' | 'expiry' | 'rejected';
  /** Aborted when nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  /** Where Parley is: `https://chat.example`, with a path when it is served under one. Default: the page's origin. */
  readonly url?: string | URL;
  /** Gives a JWT of the user, from your own backend. The client keeps it until shortly before its `exp`. */
  readonly token: (request: TokenRequest) => string | Promise<string>;
  /** Where unsent messages and drafts survive. Default: IndexedDB where there is one, else memory. */
  readonly storage?: ClientStorage;
  /** Whether the tabs of this origin share one socket for each user. Default: where Web Locks and BroadcastChannel exist. */
  readonly shareSocket?: boolean;
  /**
   * What shows notifications, for `push`: a registration, or where the script is, which is registered then. Default: the one of this page, else
   * `/parley-sw.js`, which nodes serve.
   */
  readonly serviceWorker?: string | URL | ServiceWorkerLike;
  /** Default: the platform's. Node 20 has none: pass that of `ws`. */
  readonly WebSocket?: WebSocketConstructor;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

/** What of a browser's WebSocket is used; that of `ws` fits. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/**
 * Keeps small JSON values under keys. Whatever it does, the client goes on: a storage that fails is as good as none, and a
 * message is sent all the same.
 */
export interface ClientStorage {
  /** All whose key begins with `prefix`, in order of key. */
  entries(prefix: string): Promise<readonly (readonly [key: string, value: unknown])[]>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}
