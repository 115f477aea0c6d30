import { type Bus, userChannel } from '../bus/bus.ts';
import type { ConversationIndex } from '../conversations/conversation-index.ts';
import type { GetConversation } from '../conversations/get.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadChanges } from '../messages/changes.ts';
import { frame, now } from '../messages/frames.ts';
import type { ServedConversations } from './conversations.ts';
import type { Session } from './session.ts';
import type { Broadcast, Position } from './socket.ts';

/** A user with at least one socket here. */
export interface LocalUser {
  readonly id: string;
  readonly sessions: Set<Session>;
  /** The conversations whose changes the user gets, and those being added. */
  readonly conversations: Set<string>;
  /** Resolves when all of them are served. */
  readonly ready: Promise<void>;
  /** Conversations being added since then. */
  readonly adding: Set<Promise<void>>;
  /** How far each conversation that is being added, or could not be, has been delivered. */
  readonly addedUpTo: Map<string, number>;
  /** When `typing` was last passed on, by conversation. */
  readonly typedAt: Map<string, number>;
}

export interface UsersParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly served: ServedConversations;
  readonly readChanges: ReadChanges;
  readonly getConversation: GetConversation;
  readonly broadcast: Broadcast;
  /** Resolves when there is a cursor for who comes in. */
  readonly cursorReady: () => Promise<void>;
  readonly logger: Logger;
}

/** The users of this node, and the conversations each of them is in. */
export class LocalUsers {
  readonly #parts: UsersParts;
  readonly #users = new Map<string, LocalUser>();
  #adding = 0;

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  get(id: string): LocalUser | undefined {
    return this.#users.get(id);
  }

  all(): Iterable<LocalUser> {
    return this.#users.values();
  }

  /** False while a new conversation is being added for somebody. */
  get isSettled(): boolean {
    return this.#adding === 0;
  }

  enter(session: Session): LocalUser {
    const user = this.#users.get(session.userId) ?? this.#load(session.userId);
    user.sessions.add(session);
    return user;
  }

  exit(session: Session): void {
    const user = this.#users.get(session.userId);
    if (!user?.sessions.delete(session) || user.sessions.size > 0) return;
    this.#users.delete(user.id);
    this.#leave(user);
  }

  /** @param position of a persisted change */
  deliver(userId: string, bytes: Uint8Array, position?: Position): void {
    const user = this.#users.get(userId);
    if (user === undefined) return;
    this.#parts.broadcast(userId, bytes);
    for (const session of user.sessions) session.onBroadcast(bytes, position);
  }

  /** A conversation was created while its party was here, perhaps: then it is not among those that were loaded. */
  add(userId: string, id: string): void {
    const user = this.#users.get(userId);
    if (user === undefined || user.conversations.has(id)) return;
    const added = this.#addConversation(user, id).finally(() => {
      this.#adding -= 1;
      user.adding.delete(added);
    });
    this.#adding += 1;
    user.adding.add(added);
  }

  /** Nothing of it may be missed: it is delivered from its first change on. */
  async #addConversation(user: LocalUser, id: string): Promise<void> {
    try {
      await user.ready;
      if (user.conversations.has(id)) return;
      user.conversations.add(id);
      const conversation = await this.#parts.getConversation(id, user.id);
      await this.#parts.served.open([conversation]);
      if (!user.addedUpTo.has(id)) {
        const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
        this.deliver(user.id, Buffer.from(text));
        user.addedUpTo.set(id, 0);
      }
      const { feed, members } = this.#parts.served.get(id) ?? gone();
      // The feed goes on meanwhile: once there is nothing between, the user joins in the same turn.
      for (let seq = user.addedUpTo.get(id) ?? 0; seq < feed.seq;) {
        const changes = await this.#parts.readChanges(id, seq, feed.seq);
        for (const change of changes)
          this.deliver(user.id, change.frame, { conversationId: id, seq: change.seq });
        seq = changes.at(-1)?.seq ?? feed.seq;
        user.addedUpTo.set(id, seq);
      }
      user.addedUpTo.delete(id);
      members.add(user.id);
      if (this.#users.get(user.id) !== user) this.#leave(user);
    } catch (error) {
      // The sweep finds it again, and it goes on from where it was.
      user.conversations.delete(id);
      this.#leave({ id: user.id, conversations: new Set([id]) });
      this.#parts.logger.warn(
        { err: error, conversationId: id },
        'a new conversation was not added',
      );
    }
  }

  #load(id: string): LocalUser {
    const conversations = new Set<string>();
    const user: LocalUser = {
      id,
      sessions: new Set(),
      conversations,
      ready: this.#join(id, conversations),
      adding: new Set(),
      addedUpTo: new Map(),
      typedAt: new Map(),
    };
    this.#users.set(id, user);
    // With nobody able to wait for it any more, the next socket tries anew.
    user.ready.catch(() => {
      if (this.#users.get(id) === user) this.#users.delete(id);
      this.#leave(user);
    });
    return user;
  }

  /** Subscribes first and reads afterwards: what happens in between is on the channel. */
  async #join(id: string, conversations: Set<string>): Promise<void> {
    await this.#parts.cursorReady();
    await this.#parts.bus.subscribe([userChannel(id)]);
    const found = await this.#parts.index.ofUser(id);
    for (const { id: conversationId } of found) conversations.add(conversationId);
    await this.#parts.served.open(found);
    for (const { id: conversationId } of found)
      this.#parts.served.get(conversationId)?.members.add(id);
    // Whoever left meanwhile is not there to be served.
    if (!this.#users.has(id)) this.#leave({ id, conversations });
  }

  /** Serves a user no more, and the conversations that nobody else here is in. */
  #leave({ id, conversations }: Pick<LocalUser, 'id' | 'conversations'>): void {
    const unwanted: string[] = [];
    for (const conversationId of conversations) {
      const conversation = this.#parts.served.get(conversationId);
      // Who has come back meanwhile stays.
      const isHere = this.#users.get(id)?.conversations.has(conversationId);
      if (conversation === undefined || isHere) continue;
      conversation.members.delete(id);
      const { buyerId, sellerId } = conversation.parties;
      const other = id === buyerId ? sellerId : buyerId;
      if (!this.#users.get(other)?.conversations.has(conversationId)) unwanted.push(conversationId);
    }
    this.#parts.served.close(unwanted);
    if (!this.#users.has(id)) this.#parts.bus.unsubscribe([userChannel(id)]);
  }
}

const gone = (): never => {
  throw new Error('nobody is here for it any more');
};
