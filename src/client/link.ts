import type { ClientMessage } from '../protocol/client-messages.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { ClientOptions } from './client-options.ts';
import type { ConnectionState, Muted } from './types.ts';

/** Frames that say something of conversations; the others are the connection's own business. */
export type ConversationFrame = Exclude<
  ServerMessage,
  { type: 'connected' } | { type: 'resumed' } | { type: 'pong' }
>;

/** What a link is made of. */
export interface LinkOptions extends Pick<ClientOptions, 'token' | 'WebSocket' | 'fetch'> {
  /** Ends without a slash. */
  readonly url: string;
  /** One for each client object: tells tabs apart. */
  readonly tabId: string;
  readonly shareSocket: boolean;
}

/**
 * What carries frames between this tab and the server: a socket of its own, or another tab's. It connects, reconnects with the
 * newest cursor, pings, and renews the token by itself. Made by `openLink(options, events)`.
 */
export interface Link {
  /** Connects; at once instead of waiting; again after `failed`. */
  connect(): void;
  /** @returns whether it was handed on. It may still get lost: whoever needs to know waits for the answer, and sends again after `onUp` */
  send(frame: ClientMessage): boolean;
  /** Tells this user's other tabs. */
  tellMuted(conversationId: string, muted: Muted | undefined): void;
  /** A token that is valid now, for REST. @throws {ParleyError} `token_provider`, `invalid_token` */
  token(signal?: AbortSignal): Promise<string>;
  /** The server refused that token. @returns another one, once. @throws {ParleyError} `unauthenticated` when that was refused too */
  renewToken(refused: string, signal?: AbortSignal): Promise<string>;
  /** The server has taken the last one. */
  proveToken(): void;
  close(): void;
}

/** What a link tells. Never calls back while it is being called itself. */
export interface LinkEvents {
  /** At each change. */
  onState(state: ConnectionState): void;
  /** From the first token. */
  onUser(userId: string): void;
  /**
   * In the order they came, also while what was missed is replayed. A frame may come again, and live ones before older ones that are being
   * replayed: apply them by (conversationId, seq).
   */
  onFrame(frame: ConversationFrame): void;
  /**
   * Frames can be sent, and everything from now on arrives. `isComplete`: and everything since the last `onUp` has arrived, so never
   * at the first one. Else read over REST.
   */
  onUp(isComplete: boolean): void;
  /**
   * What was sent and not answered may be lost.
   *
   * @param heardAt when something last came; milliseconds since 1970. A device may have slept since
   */
  onDown(heardAt: number): void;
  /** Another tab of this user has muted a conversation, or has it not muted any more. */
  onMuted(conversationId: string, muted: Muted | undefined): void;
  /** Another tab of this user has its link too; once for each. */
  onTab(tabId: string): void;
}
