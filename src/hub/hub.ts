import { type Bus, conversationChannel, userChannel } from '../bus/bus.ts';
import { decodeEnvelope, encodeNotice } from '../bus/envelope.ts';
import { decodeControl } from '../conversations/control.ts';
import type { ConversationIndex, Parties } from '../conversations/conversation-index.ts';
import type { GetConversation } from '../conversations/get.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { Change, ReadChanges } from '../messages/changes.ts';
import { frame, now } from '../messages/frames.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { notAuthorized } from '../protocol/errors.ts';
import { TYPING_INTERVAL_MS } from '../protocol/limits.ts';
import type { HubClock } from './clock.ts';
import { Feed } from './feed.ts';
import type { Session } from './session.ts';
import type { Broadcast } from './socket.ts';

const TICK_MS = 1_000;

/** A user with at least one socket here. */
interface LocalUser {
  readonly id: string;
  readonly sessions: Set<Session>;
  /** The conversations whose changes the user gets, and those being added. */
  readonly conversations: Set<string>;
  readonly ready: Promise<void>;
  /** When `typing` was last passed on, by conversation. */
  readonly typedAt: Map<string, number>;
}

/** A conversation with at least one party here. */
interface LocalConversation {
  readonly parties: Parties;
  readonly feed: Feed;
  /** Resolves when the feed has started. */
  readonly ready: Promise<void>;
  /** The parties that are here and get its changes. */
  readonly members: Set<string>;
}

export interface HubParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly readChanges: ReadChanges;
  readonly getConversation: GetConversation;
  readonly clock: HubClock;
  readonly broadcast: Broadcast;
  readonly logger: Logger;
}

/** The sockets of this node: who is here, and what reaches them. */
export class Hub {
  readonly #parts: HubParts;
  readonly #sessions = new Set<Session>();
  readonly #users = new Map<string, LocalUser>();
  readonly #conversations = new Map<string, LocalConversation>();

  constructor(parts: HubParts, disposer: Disposer) {
    this.#parts = parts;
    parts.bus.onMessage((channel, payload) => this.#onMessage(channel, payload));
    parts.bus.onGap(() => void this.#catchUp());
    const timer = setInterval(() => this.#tick(), TICK_MS);
    disposer.defer(() => clearInterval(timer));
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** What waits for sockets that do not take it, in bytes. */
  get undeliveredBytes(): number {
    let sum = 0;
    for (const session of this.#sessions) sum += session.bufferedBytes;
    return sum;
  }

  /** Sends `connected` once every channel of the user is subscribed. Rejects when PostgreSQL or Redis fail. */
  async connect(session: Session): Promise<void> {
    this.#sessions.add(session);
    const user = this.#users.get(session.userId) ?? this.#addUser(session.userId);
    user.sessions.add(session);
    await user.ready;
    session.goLive(this.#parts.clock.cursor());
  }

  disconnect(session: Session): void {
    this.#sessions.delete(session);
    const user = this.#users.get(session.userId);
    if (!user?.sessions.delete(session) || user.sessions.size > 0) return;
    this.#users.delete(user.id);
    this.#parts.bus.unsubscribe([userChannel(user.id)]);
    for (const id of user.conversations) this.#leave(id, user.id);
  }

  /** Passes `typing` on to the other party. Rejects with `not_authorized`. */
  async typing(userId: string, conversationId: string): Promise<void> {
    const user = this.#users.get(userId);
    const parties =
      this.#conversations.get(conversationId)?.parties ??
      (await this.#parts.index.parties(conversationId));
    if (parties === undefined || (parties.buyerId !== userId && parties.sellerId !== userId))
      throw notAuthorized();
    const at = performance.now();
    if (
      user === undefined ||
      at - (user.typedAt.get(conversationId) ?? -Infinity) < TYPING_INTERVAL_MS
    )
      return;
    user.typedAt.set(conversationId, at);
    const text = frame({ type: 'typing_notify', conversationId, userId, timestamp: now() });
    this.#parts.bus.publish(conversationChannel(conversationId), encodeNotice(userId, text));
  }

  cursor(): string {
    return this.#parts.clock.cursor();
  }

  /**
   * Closes every socket with 1012, evenly over a time, so that their reconnecting does not overwhelm the other nodes.
   *
   * @param ms 0 closes all at once
   */
  async drain(ms: number): Promise<void> {
    const sessions = [...this.#sessions];
    const started = performance.now();
    for (const [i, session] of sessions.entries()) {
      const wait = started + (ms * i) / sessions.length - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      session.close(CloseCode.restarting, 'restarting');
    }
  }

  #addUser(id: string): LocalUser {
    const conversations = new Set<string>();
    const user: LocalUser = {
      id,
      sessions: new Set(),
      conversations,
      ready: this.#loadUser(id, conversations),
      typedAt: new Map(),
    };
    this.#users.set(id, user);
    // With nobody able to wait for it any more, the next socket tries anew.
    user.ready.catch(() => {
      if (this.#users.get(id) === user) this.#users.delete(id);
      for (const conversationId of conversations) this.#leave(conversationId, id);
    });
    return user;
  }

  /** Subscribes first and reads afterwards: what happens in between is on the channel. */
  async #loadUser(id: string, conversations: Set<string>): Promise<void> {
    await this.#parts.bus.subscribe([userChannel(id)]);
    const found = (await this.#parts.index.ofUser(id)).filter(
      (parties) => !conversations.has(parties.id),
    );
    for (const { id: conversationId } of found) conversations.add(conversationId);
    await this.#open(found);
    await this.#parts.clock.ready();
    for (const { id: conversationId } of found)
      this.#conversations.get(conversationId)?.members.add(id);
    // Whoever left meanwhile is not there to be served.
    if (!this.#users.has(id))
      for (const conversationId of conversations) this.#leave(conversationId, id);
  }

  /** Makes sure that these conversations are served here. */
  async #open(list: readonly Parties[]): Promise<void> {
    const fresh = list
      .filter(({ id }) => !this.#conversations.has(id))
      .map((parties) => this.#newFeed(parties));
    if (fresh.length > 0) {
      const ready = this.#start(fresh.map(({ feed }) => feed));
      for (const { parties, feed, members } of fresh) {
        this.#conversations.set(parties.id, { parties, feed, members, ready });
        ready.catch(() => {
          feed.stop();
          if (this.#conversations.get(parties.id)?.feed === feed)
            this.#conversations.delete(parties.id);
        });
      }
    }
    for (const { id } of list) await this.#conversations.get(id)?.ready;
  }

  async #start(feeds: readonly Feed[]): Promise<void> {
    const ids = feeds.map(({ id }) => id);
    await this.#parts.bus.subscribe(ids.map(conversationChannel));
    const seqs = await this.#parts.index.seqs(ids);
    for (const feed of feeds) feed.start(seqs.get(feed.id) ?? 0);
  }

  #newFeed(parties: Parties): Pick<LocalConversation, 'parties' | 'feed' | 'members'> {
    const members = new Set<string>();
    const deliver = ({ frame: bytes }: Change) => {
      for (const userId of members) this.#deliver(userId, bytes);
    };
    const feed = new Feed(parties.id, this.#parts.readChanges, deliver, this.#parts.logger);
    return { parties, feed, members };
  }

  #leave(conversationId: string, userId: string): void {
    const conversation = this.#conversations.get(conversationId);
    // Who has come back meanwhile stays.
    const isHere = this.#users.get(userId)?.conversations.has(conversationId);
    if (conversation === undefined || isHere) return;
    conversation.members.delete(userId);
    const { buyerId, sellerId } = conversation.parties;
    const other = userId === buyerId ? sellerId : buyerId;
    if (this.#users.get(other)?.conversations.has(conversationId)) return;
    conversation.feed.stop();
    this.#conversations.delete(conversationId);
    this.#parts.bus.unsubscribe([conversationChannel(conversationId)]);
  }

  #deliver(userId: string, bytes: Uint8Array): void {
    const user = this.#users.get(userId);
    if (user === undefined) return;
    this.#parts.broadcast(userId, bytes);
    for (const session of user.sessions) if (session.state === 'live') session.note(bytes.length);
  }

  #onMessage(channel: string, payload: Buffer): void {
    const [kind, id] = channel.split(':', 2);
    if (id === undefined) return;
    if (kind === 'conversation') this.#onConversationMessage(id, payload);
    else if (kind === 'user') this.#onControl(id, payload);
  }

  #onConversationMessage(id: string, payload: Buffer): void {
    const conversation = this.#conversations.get(id);
    const envelope = decodeEnvelope(payload);
    if (conversation === undefined || envelope === undefined) return;
    if (envelope.kind === 'change') {
      conversation.feed.accept(envelope.seq, envelope.frame);
      return;
    }
    for (const userId of conversation.members) {
      if (userId !== envelope.exceptUserId) this.#deliver(userId, envelope.frame);
    }
  }

  #onControl(userId: string, payload: Buffer): void {
    const user = this.#users.get(userId);
    const control = decodeControl(payload);
    if (user === undefined || control === undefined || user.conversations.has(control.id)) return;
    user.conversations.add(control.id);
    this.#addConversation(user, control.id).catch((error: unknown) => {
      user.conversations.delete(control.id);
      this.#parts.logger.warn(
        { err: error, conversationId: control.id },
        'a new conversation was not added',
      );
    });
  }

  /** A conversation that was created while its party was here: nothing of it may be missed. */
  async #addConversation(user: LocalUser, id: string): Promise<void> {
    const conversation = await this.#parts.getConversation(id, user.id);
    await this.#open([conversation]);
    await user.ready;
    const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
    this.#deliver(user.id, Buffer.from(text));
    const local = this.#conversations.get(id);
    if (local === undefined) return;
    // The feed goes on meanwhile: once there is nothing between, the user joins in the same turn.
    for (let seq = 0; seq < local.feed.seq;) {
      const changes = await this.#parts.readChanges(id, seq, local.feed.seq);
      for (const change of changes) this.#deliver(user.id, change.frame);
      seq = changes.at(-1)?.seq ?? local.feed.seq;
    }
    if (this.#users.get(user.id) === user) local.members.add(user.id);
    else this.#leave(id, user.id);
  }

  /** After the bus may have lost something: what PostgreSQL has and was not delivered is a hole. */
  async #catchUp(): Promise<void> {
    try {
      const seqs = await this.#parts.index.seqs([...this.#conversations.keys()]);
      for (const [id, seq] of seqs) this.#conversations.get(id)?.feed.expect(seq);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'could not compare with PostgreSQL');
    }
  }

  #tick(): void {
    for (const session of this.#sessions) session.check();
    const old = performance.now() - TYPING_INTERVAL_MS;
    for (const { typedAt } of this.#users.values()) {
      for (const [id, at] of typedAt) if (at < old) typedAt.delete(id);
    }
  }
}
