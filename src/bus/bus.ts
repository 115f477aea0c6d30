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

  /**
   * Resolves when everything published to these channels from then on will arrive; at once while the bus is not connected:
   * then they are subscribed before the gap is told. Rejects when Redis refuses. Repeats are harmless.
   */
  subscribe(channels: readonly string[]): Promise<void>;

  /** What still arrives for these channels afterwards is ignored. */
  unsubscribe(channels: readonly string[]): void;

  /** @param payload UTF-8; valid only during the call, unless it is copied */
  onMessage(listener: (channel: string, payload: Buffer) => void): void;

  /** Called when messages may have been missed, here or by other nodes, and all is well again: time to compare by `seq`. */
  onGap(listener: () => void): void;
}

export const conversationChannel = (conversationId: string): string =>
  `conversation:${conversationId}`;
export const userChannel = (userId: string): string => `user:${userId}`;
/** Where nodes tell each other that they live. */
export const NODES_CHANNEL = 'nodes';
