/**
 * The fast path between nodes. PostgreSQL is the truth; whoever listens repairs by `seq` what the bus loses.
 *
 * Promised: what one node publishes to one channel arrives in that order, at most once, at every node that is subscribed,
 * the publishing one too. Not promised: that it arrives at all, order between publishing nodes, or any word about a loss.
 */
export interface Bus {
  /** Never throws and never waits: what can't be sent now is lost. */
  publish(channel: string, payload: Buffer): void;

  /**
   * Resolves when everything published to these channels from then on will arrive. Rejects when that could not be
   * confirmed; the channels stay wanted and are subscribed once the connection is back. Repeats are harmless.
   */
  subscribe(channels: readonly string[]): Promise<void>;

  /** What still arrives for these channels afterwards is ignored. */
  unsubscribe(channels: readonly string[]): void;

  /** @param payload valid only during the call, unless it is copied */
  onMessage(listener: (channel: string, payload: Buffer) => void): void;

  /** Called when messages may have been missed and everything is subscribed again: time to compare by `seq`. */
  onGap(listener: () => void): void;
}

export const conversationChannel = (conversationId: string): string =>
  `conversation:${conversationId}`;
export const userChannel = (userId: string): string => `user:${userId}`;
