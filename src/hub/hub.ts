import { type Bus, conversationChannel, userChannel } from '../bus/bus.ts';
import { decodeEnvelope, encodeNotice } from '../bus/envelope.ts';
import { decodeControl } from '../conversations/control.ts';
import type { ConversationIndex, Parties } from '../conversations/conversation-index.ts';
import type { ReadCreatedSince } from '../conversations/created-since.ts';
import type { GetConversation } from '../conversations/get.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadChanges } from '../messages/changes.ts';
import { frame, now } from '../messages/frames.ts';
import type { ReadMissed } from '../messages/missed.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { notAuthorized } from '../protocol/errors.ts';
import { MAX_REPLAY_CHANGES, TYPING_INTERVAL_MS } from '../protocol/limits.ts';
import { ServedConversations } from './conversations.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Peers } from './peers.ts';
import type { Session } from './session.ts';
import type { Broadcast, Position } from './socket.ts';
import { Sweep } from './sweep.ts';

const TICK_MS = 1_000;

/** A user with at least one socket here. */
interface LocalUser {
  readonly id: string;
  readonly sessions: Set<Session>;
  /** The conversations whose changes the user gets, and those being added. */
  readonly conversations: Set<string>;
  readonly ready: Promise<void>;
  /** Conversations being added since then. */
  readonly adding: Set<Promise<void>>;
  /** How far each conversation that is being added, or could not be, has been delivered. */
  readonly addedUpTo: Map<string, number>;
  /** When `typing` was last passed on, by conversation. */
  readonly typedAt: Map<string, number>;
}

export interface HubParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly readChanges: ReadChanges;
  readonly readMissed: ReadMissed;
  readonly readCreatedSince: ReadCreatedSince;
  readonly getConversation: GetConversation;
  readonly broadcast: Broadcast;
  readonly observer: HubObserver;
  readonly logger: Logger;
}

export interface HubObserver {
  /** So many changes did not come by the bus and were read from PostgreSQL. */
  repaired(changes: number): void;
  /** A socket came with a cursor. */
  resumed(isComplete: boolean): void;
}

/** The sockets of this node: who is here, and what reaches them. */
export class Hub {
  readonly #parts: HubParts;
  readonly #sessions = new Set<Session>();
  readonly #users = new Map<string, LocalUser>();
  readonly #served: ServedConversations;
  readonly #sweep: Sweep;
  readonly #peers: Peers;
  #adding = 0;
  #isDraining = false;

  constructor(parts: HubParts, disposer: Disposer) {
    this.#parts = parts;
    const { bus, index, logger } = parts;
    this.#served = new ServedConversations({
      ...parts,
      onRepaired: (changes) => parts.observer.repaired(changes),
      deliver: (userId, conversationId, { seq, frame: bytes }) =>
        this.#deliver(userId, bytes, { conversationId, seq }),
    });
    this.#sweep = new Sweep(
      {
        index,
        served: this.#served,
        isConnected: () => bus.isConnected,
        onCreated: (created) => this.#onCreated(created),
        isSettled: () => this.#adding === 0,
        logger,
      },
      disposer,
    );
    bus.onMessage((channel, payload) => this.#onMessage(channel, payload));
    // What PostgreSQL has and was not delivered is a hole, whoever lost it.
    bus.onGap(() => this.#sweep.compareAll());
    this.#peers = new Peers(bus, () => this.#sweep.compareAll(), logger, disposer);
    const timer = setInterval(() => this.#tick(), TICK_MS);
    disposer.defer(() => clearInterval(timer));
  }

  /** Makes this node known to the others. */
  join(): Promise<void> {
    return this.#peers.join();
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

  /**
   * Sends `connected` once every channel of the user is subscribed. Rejects when PostgreSQL or Redis fail.
   *
   * @param cursor of an earlier socket: what the user missed since then comes first, then `resumed`
   */
  async connect(session: Session, cursor?: string): Promise<void> {
    if (this.#isDraining) {
      session.close(CloseCode.restarting, 'restarting');
      return;
    }
    this.#sessions.add(session);
    const user = this.#users.get(session.userId) ?? this.#addUser(session.userId);
    user.sessions.add(session);
    await user.ready;
    if (cursor === undefined) session.goLive(this.#cursor());
    else await this.#resume(session, user, cursor);
  }

  disconnect(session: Session): void {
    this.#sessions.delete(session);
    const user = this.#users.get(session.userId);
    if (!user?.sessions.delete(session) || user.sessions.size > 0) return;
    this.#users.delete(user.id);
    this.#leave(user);
  }

  /** Passes `typing` on to the other party. Rejects with `not_authorized`. */
  async typing(userId: string, conversationId: string): Promise<void> {
    const user = this.#users.get(userId);
    const parties =
      this.#served.get(conversationId)?.parties ??
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

  /** Everything before it has been delivered to this session. */
  cursor(session: Session): string {
    return session.resumingFrom ?? this.#cursor();
  }

  /**
   * Closes every socket with 1012, once its frames have been answered, evenly over a time, so that their reconnecting does
   * not overwhelm the other nodes.
   *
   * @param ms 0 closes all at once
   */
  async drain(ms: number): Promise<void> {
    this.#isDraining = true;
    const sessions = [...this.#sessions];
    const started = performance.now();
    const finishing: Promise<void>[] = [];
    for (const [i, session] of sessions.entries()) {
      const wait = started + (ms * i) / sessions.length - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      finishing.push(session.finish(CloseCode.restarting, 'restarting'));
    }
    await Promise.all(finishing);
  }

  /** Call it when all that was written here has been published. */
  leave(): void {
    this.#peers.leave();
  }

  #cursor(): string {
    return encodeCursor(this.#sweep.deliveredAt);
  }

  /**
   * What PostgreSQL has since the cursor, and behind it what is delivered meanwhile. A change that was read and that the
   * feed has not delivered yet is left to the feed, so that each comes once.
   */
  async #resume(session: Session, user: LocalUser, cursor: string): Promise<void> {
    // A conversation being added is delivered from its beginning, to those that are here when that starts.
    while (user.adding.size > 0) await Promise.allSettled(user.adding);
    const since = decodeCursor(cursor);
    session.startReplay(since === undefined ? this.#cursor() : cursor);
    const isMember = (id: string) => this.#served.get(id)?.members.has(user.id) ?? false;
    const members = new Set([...user.conversations].filter(isMember));
    const found =
      since === undefined ? undefined : await this.#readMissed(user.id, new Date(since));
    this.#parts.observer.resumed(found !== undefined);
    const sent = new Map<string, number>();
    const frames: Uint8Array[] = [];
    for (const conversation of found?.created ?? []) {
      if (members.has(conversation.id))
        frames.push(
          Buffer.from(frame({ type: 'conversation_created', conversation, timestamp: now() })),
        );
    }
    for (const { conversationId, seq, frame: bytes } of found?.changes ?? []) {
      const delivered = this.#served.get(conversationId)?.feed.seq ?? 0;
      if (!members.has(conversationId) || seq > delivered) continue;
      frames.push(bytes);
      sent.set(conversationId, seq);
    }
    await session.replay(
      frames,
      ({ conversationId, seq }) => seq > (sent.get(conversationId) ?? 0),
      () => ({
        type: 'resumed',
        complete: found !== undefined,
        cursor: this.#cursor(),
        timestamp: now(),
      }),
    );
  }

  async #readMissed(userId: string, since: Date) {
    const [created, changes] = await Promise.all([
      this.#parts.readCreatedSince(userId, since, MAX_REPLAY_CHANGES + 1),
      this.#parts.readMissed(userId, since, MAX_REPLAY_CHANGES),
    ]);
    if (changes === undefined || created.length > MAX_REPLAY_CHANGES) return undefined;
    return { created, changes };
  }

  #addUser(id: string): LocalUser {
    const conversations = new Set<string>();
    const user: LocalUser = {
      id,
      sessions: new Set(),
      conversations,
      ready: this.#loadUser(id, conversations),
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
  async #loadUser(id: string, conversations: Set<string>): Promise<void> {
    await this.#sweep.ready();
    await this.#parts.bus.subscribe([userChannel(id)]);
    const found = await this.#parts.index.ofUser(id);
    for (const { id: conversationId } of found) conversations.add(conversationId);
    await this.#served.open(found);
    for (const { id: conversationId } of found) this.#served.get(conversationId)?.members.add(id);
    // Whoever left meanwhile is not there to be served.
    if (!this.#users.has(id)) this.#leave({ id, conversations });
  }

  /** Serves a user no more, and the conversations that nobody else here is in. */
  #leave({ id, conversations }: Pick<LocalUser, 'id' | 'conversations'>): void {
    const unwanted: string[] = [];
    for (const conversationId of conversations) {
      const conversation = this.#served.get(conversationId);
      // Who has come back meanwhile stays.
      const isHere = this.#users.get(id)?.conversations.has(conversationId);
      if (conversation === undefined || isHere) continue;
      conversation.members.delete(id);
      const { buyerId, sellerId } = conversation.parties;
      const other = id === buyerId ? sellerId : buyerId;
      if (!this.#users.get(other)?.conversations.has(conversationId)) unwanted.push(conversationId);
    }
    this.#served.close(unwanted);
    if (!this.#users.has(id)) this.#parts.bus.unsubscribe([userChannel(id)]);
  }

  /** @param position of a persisted change */
  #deliver(userId: string, bytes: Uint8Array, position?: Position): void {
    const user = this.#users.get(userId);
    if (user === undefined) return;
    this.#parts.broadcast(userId, bytes);
    for (const session of user.sessions) session.onBroadcast(bytes, position);
  }

  #onMessage(channel: string, payload: Buffer): void {
    const [kind, id] = channel.split(':', 2);
    if (id === undefined) return;
    if (kind === 'conversation') this.#onConversationMessage(id, payload);
    else if (kind === 'user') {
      const control = decodeControl(payload);
      if (control !== undefined) this.#add(id, control.id);
    }
  }

  #onConversationMessage(id: string, payload: Buffer): void {
    const conversation = this.#served.get(id);
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

  #onCreated(created: readonly Parties[]): void {
    for (const { id, buyerId, sellerId } of created) {
      this.#add(buyerId, id);
      this.#add(sellerId, id);
    }
  }

  /** A conversation was created while its party was here, perhaps: then it is not among those that were loaded. */
  #add(userId: string, id: string): void {
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
      await this.#served.open([conversation]);
      if (!user.addedUpTo.has(id)) {
        const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
        this.#deliver(user.id, Buffer.from(text));
        user.addedUpTo.set(id, 0);
      }
      const { feed, members } = this.#served.get(id) ?? gone();
      // The feed goes on meanwhile: once there is nothing between, the user joins in the same turn.
      for (let seq = user.addedUpTo.get(id) ?? 0; seq < feed.seq;) {
        const changes = await this.#parts.readChanges(id, seq, feed.seq);
        for (const change of changes)
          this.#deliver(user.id, change.frame, { conversationId: id, seq: change.seq });
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

  #tick(): void {
    for (const session of this.#sessions) session.check();
    const old = performance.now() - TYPING_INTERVAL_MS;
    for (const { typedAt } of this.#users.values()) {
      for (const [id, at] of typedAt) if (at < old) typedAt.delete(id);
    }
  }
}

const gone = (): never => {
  throw new Error('nobody is here for it any more');
};
