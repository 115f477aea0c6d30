import type { ClientMessage } from '../protocol/client-messages.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { ConnectionState } from './types.ts';

/** Frames that say something of conversations; the others are the connection's own business. */
export type ConversationFrame = Exclude<
  ServerMessage,
  { type: 'connected' } | { type: 'resumed' } | { type: 'pong' }
>;

/**
 * What carries frames between this tab and the server: a socket of its own, or another tab's. It connects, reconnects with the
 * newest cursor, pings, and renews the token by itself.
 */
export interface Link {
  /** Connects; at once instead of waiting; again after `failed`. */
  connect(): void;
  /** @returns whether it was handed on. It may still get lost: whoever needs to know waits for the answer, and sends again after `onUp` */
  send(frame: ClientMessage): boolean;
  /** A token that is valid now, for REST. @throws {ParleyError} `token_provider`, `invalid_token` */
  token(signal?: AbortSignal): Promise<string>;
  /** The server refused that token. @returns another one, once. @throws {ParleyError} `unauthenticated` when that was refused too */
  renewToken(refused: string, signal?: AbortSignal): Promise<string>;
  /** Tells the other tabs that share this link something. */
  tell(note: TabNote): void;
  close(): void;
}

/** What tabs tell each other. `outbox`: this user's stored unsent messages are not what they were. `orphans`: one of the tabs that wrote
 * them ends. */
export type TabNote = 'outbox' | 'orphans';

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
  /** Frames can be sent, and everything from now on arrives. `isComplete`: and everything since the last time has arrived. Else read it over REST. */
  onUp(isComplete: boolean): void;
  /** What was sent and not answered may be lost. */
  onDown(): void;
  onNote(note: TabNote): void;
  /** Whether this tab's socket is the shared one: it cares for stored messages that no tab cares for. A link that shares nothing is it always. */
  onLeader(isLeader: boolean): void;
}
