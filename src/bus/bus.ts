/** Takes a message. Its channel and its payload, which is UTF-8, are valid only during the call, unless they are copied. */
export type BusListener = (channel: Buffer, payload: Buffer) => void;

/**
 * The fast path between nodes. PostgreSQL is the truth; whoever listens repairs by `seq` what the bus loses.
 *
 * Promised: what one node publishes to one channel arrives in that order, at most once, at every node that is subscribed,
 * the publishing one too. Not promised: that it arrives at other nodes, order between publishing nodes, or any word about a loss.
 */
export interface Bus {
  /**
   * Never throws and never waits. What can't be sent now is lost for the other nodes; for this one it arrives as always,
   * and perhaps a second time.
   */
  publish(channel: string, payload: string): void;

  /** False while messages of other nodes may not arrive: time to look into PostgreSQL instead. */
  readonly isConnected: boolean;

  /** How many messages were published and perhaps not sent to other nodes. */
  readonly lostPublishes: number;

  /**
   * Resolves when everything published to these channels from then on will arrive; at once while the bus is not connected:
   * then they are subscribed before the gap is told. Rejects when Redis refuses. Repeats are harmless.
   *
   * The bus keeps no list of them, there may be a million: whoever subscribes also {@link provideChannels provides} them,
   * from before the call on and until it unsubscribes.
   */
  subscribe(channels: readonly string[]): Promise<void>;

  /** Some of what is under way may still arrive. */
  unsubscribe(channels: readonly string[]): void;

  /** @param source names all that the caller has subscribed, for a connection that is new */
  provideChannels(source: () => Iterable<string>): void;

  onMessage(listener: BusListener): void;

  /** Called when messages may have been missed, here or by other nodes, and all is well again: time to compare by `seq`. */
  onGap(listener: () => void): void;
}

const CONVERSATION_PREFIX = 'conversation:';
const USER_PREFIX = 'user:';
/** Where nodes tell each other that they live. */
export const NODES_CHANNEL = 'nodes';
/** Where nodes tell each other who is online. */
export const PRESENCE_CHANNEL = 'presence';

export const conversationChannel = (conversationId: string): string =>
  CONVERSATION_PREFIX + conversationId;
export const userChannel = (userId: string): string => USER_PREFIX + userId;

/** Where the id begins in the name of a conversation's channel. */
export const CONVERSATION_ID_AT = CONVERSATION_PREFIX.length;
export const conversationIdOf = (channel: Buffer): string =>
  channel.toString('latin1', CONVERSATION_ID_AT);
export const userIdOf = (channel: Buffer): string => channel.toString('latin1', USER_PREFIX.length);

/** Told by its first letter, which no other kind has: making a string of every channel that arrives would cost more. */
const kindOf = (name: string): ((channel: Buffer) => boolean) => {
  const first = name.charCodeAt(0);
  return (channel) => channel[0] === first;
};
export const isConversationChannel = kindOf(CONVERSATION_PREFIX);
export const isUserChannel = kindOf(USER_PREFIX);
export const isNodesChannel = kindOf(NODES_CHANNEL);
export const isPresenceChannel = kindOf(PRESENCE_CHANNEL);
