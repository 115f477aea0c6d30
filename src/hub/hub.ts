import { type Bus, conversationChannel } from '../bus/bus.ts';
import { encodeNotice } from '../bus/envelope.ts';
import type { ConversationIndex, Parties } from '../conversations/conversation-index.ts';
import type { ReadCreatedSince } from '../conversations/created-since.ts';
import type { GetConversation } from '../conversations/get.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { Tracer } from '../lib/tracing.ts';
import type { ReadChanges } from '../messages/changes.ts';
import { frame, now } from '../messages/frames.ts';
import type { ReadMissed } from '../messages/missed.ts';
import type { LastSeen } from '../users/last-seen.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { notAuthorized } from '../protocol/errors.ts';
import { ServedConversations } from './conversations.ts';
import { encodeCursor } from './cursor.ts';
import { finishAll } from './finish-all.ts';
import { createOnMessage } from './on-message.ts';
import { Peers } from './peers.ts';
import { People } from './people.ts';
import { Presence } from './presence.ts';
import { resume } from './resume.ts';
import type { Session } from './session.ts';
import type { Broadcast } from './socket.ts';
import { Sweep } from './sweep.ts';
import { TypingLimit } from './typing-limit.ts';
import { LocalUsers } from './users.ts';

const TICK_MS = 1_000;

export interface HubParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly readChanges: ReadChanges;
  readonly readMissed: ReadMissed;
  readonly readCreatedSince: ReadCreatedSince;
  readonly getConversation: GetConversation;
  readonly lastSeen: LastSeen;
  readonly broadcast: Broadcast;
  readonly observer: HubObserver;
  /** Tells of the deliveries of changes that are traced. */
  readonly tracer: Tracer | undefined;
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
  readonly presence: Presence;
  readonly #parts: HubParts;
  readonly #sessions = new Set<Session>();
  readonly #users: LocalUsers;
  readonly #served: ServedConversations;
  readonly #sweep: Sweep;
  readonly #peers: Peers;
  readonly #typing = new TypingLimit();
  #isDraining = false;

  constructor(parts: HubParts, disposer: Disposer) {
    this.#parts = parts;
    const { bus, index, logger } = parts;
    const people = new People();
    this.#served = new ServedConversations({
      ...parts,
      people,
      onRepaired: (changes) => parts.observer.repaired(changes),
      deliver: (user, bytes, position) => this.#users.deliver(user, bytes, position),
    });
    this.#users = new LocalUsers({
      ...parts,
      served: this.#served,
      people,
      cursorReady: () => this.#sweep.ready(),
      onArrived: (user) => this.presence.arrived(user),
      onDeparted: (user) => this.presence.departed(user),
      onAdded: (user, id) => this.presence.added(user, id),
    });
    this.#sweep = new Sweep(
      {
        index,
        served: this.#served,
        isConnected: () => bus.isConnected,
        onCreated: (created) => this.#onCreated(created),
        onUndone: (ids) => this.#onUndone(ids),
        isSettled: () => this.#users.isSettled,
        logger,
      },
      disposer,
    );
    bus.provideChannels(() => this.#served.channels());
    bus.provideChannels(() => this.#users.channels());
    // What PostgreSQL has and was not delivered is a hole, whoever lost it.
    bus.onGap(() => this.#sweep.compareAll());
    this.#peers = new Peers(
      bus,
      {
        onLoss: () => this.#sweep.compareAll(),
        onGone: (node, isDead) => this.presence.nodeGone(node, isDead),
      },
      logger,
      disposer,
    );
    const { lastSeen } = parts;
    const [served, users, peers] = [this.#served, this.#users, this.#peers];
    bus.onMessage(createOnMessage({ served, users, tracer: parts.tracer }));
    this.presence = new Presence({ bus, peers, people, served, users, lastSeen }, disposer);
    const timer = setInterval(() => this.#tick(), TICK_MS);
    disposer.defer(() => clearInterval(timer));
  }

  /** Makes this node known to the others. */
  async join(): Promise<void> {
    await Promise.all([this.#peers.join(), this.presence.join()]);
  }

  /** Those who are here, what is served for them, who is online anywhere, and the live frames they got: one for each socket. */
  get load() {
    const { size: users, deliveredFrames, presenceFrames } = this.#users;
    const [sockets, conversations] = [this.#sessions.size, this.#served.size];
    const online = this.presence.size;
    return { sockets, users, conversations, online, deliveredFrames, presenceFrames };
  }

  /** Whether PostgreSQL has answered lately. */
  get isPostgresUp(): boolean {
    return this.#sweep.isAnswered;
  }

  /** Calls once a change has been handed to the sockets here; never, when nobody is here for it or it already was. */
  whenDelivered(conversationId: string, seq: number, onDelivered: () => void): void {
    this.#served.whenDelivered(conversationId, seq, onDelivered);
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
    const user = this.#users.enter(session);
    await user.loading;
    if (session.state === 'closed') return;
    if (cursor === undefined) {
      session.goLive(this.#cursor());
      this.presence.greet(user);
      return;
    }
    await resume(session, user, cursor, {
      ...this.#parts,
      served: this.#served,
      cursor: () => this.#cursor(),
      onRead: (isComplete) => this.#parts.observer.resumed(isComplete),
    });
    if (session.state === 'live') this.presence.greet(user);
  }

  disconnect(session: Session): void {
    this.#sessions.delete(session);
    this.#users.exit(session);
  }

  /** Passes `typing` on to the other party. Rejects with `not_authorized`. */
  async typing(userId: string, conversationId: string): Promise<void> {
    const user = this.#users.get(userId);
    if (user === undefined || !this.#served.has(user, conversationId)) {
      // It may be new, and not have been heard of here.
      const parties = await this.#parts.index.parties(conversationId);
      if (parties?.buyerId !== userId && parties?.sellerId !== userId) throw notAuthorized();
    }
    if (!this.#typing.passes(userId, conversationId)) return;
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
    await finishAll([...this.#sessions], ms);
  }

  /** Call it when all that was written here has been published. */
  leave(): void {
    this.presence.leave();
    this.#peers.leave();
  }

  #cursor(): string {
    return encodeCursor(this.#sweep.deliveredAt);
  }

  #onCreated(created: readonly Parties[]): void {
    for (const { id, buyerId, sellerId } of created) {
      this.#users.add(buyerId, id);
      this.#users.add(sellerId, id);
    }
  }

  /**
   * New changes will carry numbers that have been delivered here: they would be dropped. Once both parties have gone nothing is
   * known of a conversation any more, and whoever comes back gets with its cursor what is new.
   */
  #onUndone(ids: readonly string[]): void {
    this.#parts.logger.error(
      { conversations: ids.length },
      'PostgreSQL has lost changes that had been delivered: their sockets are closed',
    );
    for (const id of ids)
      for (const user of this.#served.parties(id))
        this.#users.close(user, CloseCode.restarting, 'restarting');
  }

  #tick(): void {
    for (const session of this.#sessions) session.check();
    this.#typing.forgetOld();
  }
}
