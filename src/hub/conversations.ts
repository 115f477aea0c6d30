import { type Bus, conversationChannel } from '../bus/bus.ts';
import type { ConversationIndex, Parties } from '../conversations/conversation-index.ts';
import type { Logger } from '../lib/logger.ts';
import type { Change, ReadChanges } from '../messages/changes.ts';
import { Feed } from './feed.ts';

/** A conversation with at least one party here. */
export interface ServedConversation {
  readonly parties: Parties;
  readonly feed: Feed;
  /** Resolves when the feed has started. */
  readonly ready: Promise<void>;
  /** The parties that are here and get its changes. */
  readonly members: Set<string>;
}

export interface ServedParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly readChanges: ReadChanges;
  /** Brings a change to one user. */
  readonly deliver: (userId: string, conversationId: string, change: Change) => void;
  /** So many changes did not come by the bus and were read. */
  readonly onRepaired: (changes: number) => void;
  readonly logger: Logger;
}

/** The conversations that this node serves: their channels are subscribed and their changes delivered in order. */
export class ServedConversations {
  readonly #parts: ServedParts;
  readonly #served = new Map<string, ServedConversation>();

  constructor(parts: ServedParts) {
    this.#parts = parts;
  }

  get(id: string): ServedConversation | undefined {
    return this.#served.get(id);
  }

  ids(): string[] {
    return [...this.#served.keys()];
  }

  /** Resolves when all of these are served. Rejects when PostgreSQL or Redis fail. */
  async open(list: readonly Parties[]): Promise<void> {
    const fresh = list
      .filter(({ id }) => !this.#served.has(id))
      .map((parties) => this.#newFeed(parties));
    if (fresh.length > 0) {
      const ready = this.#start(fresh.map(({ feed }) => feed));
      for (const { parties, feed, members } of fresh) {
        this.#served.set(parties.id, { parties, feed, members, ready });
        ready.catch(() => {
          feed.stop();
          if (this.#served.get(parties.id)?.feed === feed) this.close([parties.id]);
        });
      }
    }
    for (const { id } of list) await this.#served.get(id)?.ready;
  }

  /** Nobody here wants them any more. */
  close(ids: readonly string[]): void {
    for (const id of ids) {
      this.#served.get(id)?.feed.stop();
      this.#served.delete(id);
    }
    this.#parts.bus.unsubscribe(ids.map(conversationChannel));
  }

  /** Subscribes first and reads afterwards: what happens in between is on the channel. */
  async #start(feeds: readonly Feed[]): Promise<void> {
    const ids = feeds.map(({ id }) => id);
    await this.#parts.bus.subscribe(ids.map(conversationChannel));
    const seqs = await this.#parts.index.seqs(ids);
    for (const feed of feeds) feed.start(seqs.get(feed.id) ?? 0);
  }

  #newFeed(parties: Parties): Pick<ServedConversation, 'parties' | 'feed' | 'members'> {
    const members = new Set<string>();
    const deliver = (change: Change) => {
      for (const userId of members) this.#parts.deliver(userId, parties.id, change);
    };
    const read: ReadChanges = async (...range) => {
      const changes = await this.#parts.readChanges(...range);
      this.#parts.onRepaired(changes.length);
      return changes;
    };
    const feed = new Feed(parties.id, read, deliver, this.#parts.logger);
    return { parties, feed, members };
  }
}
