import { type Bus, userChannel } from '../bus/bus.ts';
import type { ConversationIndex } from '../conversations/conversation-index.ts';
import type { GetConversation } from '../conversations/get.ts';
import { createBatcher } from '../lib/batcher.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadChanges } from '../messages/changes.ts';
import type { CloseCode } from '../protocol/close-codes.ts';
import { type AddParts, addConversation } from './add-conversation.ts';
import type { ServedConversations } from './conversations.ts';
import type { Party } from './party-lists.ts';
import type { People } from './people.ts';
import { pieces } from './pieces.ts';
import type { Visibility } from './presence.ts';
import type { Session } from './session.ts';
import type { Broadcast, Position } from './socket.ts';
import type { Slot } from './uuid-table.ts';

/** A user with at least one socket here. */
export interface LocalUser extends Party {
  readonly id: string;
  readonly sessions: Session[];
  /** Resolves when all conversations that the user had at the beginning are served; then it is `undefined`. */
  loading: Promise<void> | undefined;
  /** What came later; `undefined` for most. */
  news: News | undefined;
  visibility: Visibility;
  /** How often that was asked for or said: an answer to an earlier question is not heard. */
  visibilityAsks: number;
  /** Who came or went online and the user is still to be told of; `undefined` for most. */
  untold: Set<Slot> | undefined;
}

/** Conversations that were created while their party was here. */
export interface News {
  /** Those being added now. */
  readonly adding: Map<string, Promise<void>>;
  /** All that were delivered from their beginning. */
  readonly added: Set<string>;
}

export interface UsersParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly served: ServedConversations;
  readonly people: People;
  readonly readChanges: ReadChanges;
  readonly getConversation: GetConversation;
  readonly broadcast: Broadcast;
  /** Resolves when there is a cursor for who comes in. */
  readonly cursorReady: () => Promise<void>;
  /** A user's conversations are served. */
  readonly onArrived: (user: LocalUser) => void;
  readonly onDeparted: (user: LocalUser) => void;
  /** A user gets what is delivered of one conversation more. */
  readonly onAdded: (user: LocalUser, conversationId: string) => void;
  readonly logger: Logger;
}

/** Users whose conversations are looked up together: thousands may come at once, when another node has died. */
const LOADED_TOGETHER = { maxSize: 25, maxRunning: 2 };

/** Conversations that are opened together: what others get meanwhile waits behind their confirmations from Redis. */
const OPENED_TOGETHER = 300;

/** The users of this node, and the conversations each of them is in. */
export class LocalUsers {
  readonly #parts: UsersParts;
  readonly #users = new Map<string, LocalUser>();
  readonly #byIndex: (LocalUser | undefined)[] = [];
  readonly #freeIndexes: number[] = [];
  readonly #load = createBatcher<LocalUser, undefined>(
    (users) => this.#loadAll(users),
    LOADED_TOGETHER,
  );
  #adding = 0;
  #deliveredFrames = 0;
  #presenceFrames = 0;

  readonly #addParts: AddParts;

  constructor(parts: UsersParts) {
    this.#parts = parts;
    this.#addParts = {
      ...parts,
      isHere: (user) => this.isHere(user),
      deliver: (user, bytes, position) => this.#deliver(user, bytes, position),
    };
  }

  get size(): number {
    return this.#users.size;
  }

  /** Live frames, each counted once for each socket. */
  get deliveredFrames(): number {
    return this.#deliveredFrames;
  }

  /** Frames that say who is online, each counted once for each socket. */
  get presenceFrames(): number {
    return this.#presenceFrames;
  }

  get(id: string): LocalUser | undefined {
    return this.#users.get(id);
  }

  at(index: number): LocalUser | undefined {
    return this.#byIndex[index];
  }

  [Symbol.iterator](): Iterator<LocalUser> & Iterable<LocalUser> {
    return this.#users.values();
  }

  isHere(user: LocalUser): boolean {
    return this.#byIndex[user.index] === user;
  }

  /** False while a new conversation is being added for somebody. */
  get isSettled(): boolean {
    return this.#adding === 0;
  }

  /** The channels of all of them. */
  *channels(): Iterable<string> {
    for (const id of this.#users.keys()) yield userChannel(id);
  }

  enter(session: Session): LocalUser {
    const user = this.#users.get(session.userId) ?? this.#arrive(session.userId);
    user.sessions.push(session);
    return user;
  }

  exit(session: Session): void {
    const user = this.#users.get(session.userId);
    const place = user?.sessions.indexOf(session) ?? -1;
    if (user === undefined || place === -1) return;
    user.sessions.splice(place, 1);
    if (user.sessions.length === 0) this.#depart(user);
  }

  /** Brings a frame that is not numbered to one user, by index. */
  notify(index: number, bytes: Uint8Array, exceptUserId: string): void {
    const user = this.#byIndex[index];
    if (user !== undefined && user.id !== exceptUserId) this.#deliver(user, bytes);
  }

  /** Brings word of who is online. */
  tell(user: LocalUser, bytes: Uint8Array): void {
    this.#presenceFrames += user.sessions.length;
    this.#parts.broadcast(user.id, bytes);
    for (let i = user.sessions.length - 1; i >= 0; i -= 1) user.sessions[i]?.onPresence(bytes);
  }

  /** Brings a persisted change to one user, by index. */
  deliver(index: number, bytes: Uint8Array, position: Position): void {
    const user = this.#byIndex[index];
    if (user !== undefined) this.#deliver(user, bytes, position);
  }

  /** Closes all sockets of one user, by index. */
  close(index: number, code: CloseCode, reason: string): void {
    // One that is closed takes itself out.
    for (const session of this.#byIndex[index]?.sessions.slice() ?? []) session.close(code, reason);
  }

  /** A conversation was created while its party was here, perhaps: then it is not among those that were loaded. */
  add(userId: string, id: string): void {
    const user = this.#users.get(userId);
    if (user === undefined || user.news?.adding.has(id) === true) return;
    if (user.loading === undefined && this.#parts.served.has(user, id)) return;
    user.news ??= { adding: new Map(), added: new Set() };
    const { adding } = user.news;
    this.#adding += 1;
    const done = addConversation(user, user.news, id, this.#addParts).finally(() => {
      this.#adding -= 1;
      adding.delete(id);
    });
    adding.set(id, done);
  }

  #deliver(user: LocalUser, bytes: Uint8Array, position?: Position): void {
    this.#deliveredFrames += user.sessions.length;
    this.#parts.broadcast(user.id, bytes);
    // One that is closed for it takes itself out.
    for (let i = user.sessions.length - 1; i >= 0; i -= 1)
      user.sessions[i]?.onBroadcast(bytes, position);
  }

  #arrive(id: string): LocalUser {
    const index = this.#freeIndexes.pop() ?? this.#byIndex.length;
    const user: LocalUser = {
      id,
      index,
      person: this.#parts.people.hold(id),
      sessions: [],
      loading: undefined,
      news: undefined,
      visibility: 'unknown',
      visibilityAsks: 0,
      untold: undefined,
    };
    this.#byIndex[index] = user;
    this.#users.set(id, user);
    user.loading = this.#load(user);
    user.loading.then(
      () => this.#loaded(user),
      // With nobody able to wait for it any more, the next socket tries anew.
      () => this.isHere(user) && this.#depart(user),
    );
    return user;
  }

  /** Subscribes first and reads afterwards: what happens in between is on the channel. */
  async #loadAll(users: readonly LocalUser[]): Promise<undefined[]> {
    await this.#parts.cursorReady();
    const here = users.filter((user) => this.isHere(user));
    if (here.length === 0) return [];
    await this.#parts.bus.subscribe(here.map(({ id }) => userChannel(id)));
    const found = await this.#parts.index.ofUsers(here.map(({ id }) => id));
    const wanted = here.map((user, i) => [user, found[i] ?? []] as const);
    for (const piece of pieces(wanted, OPENED_TOGETHER))
      await this.#parts.served.open(piece.filter(([user]) => this.isHere(user)));
    for (const user of here) if (this.isHere(user)) this.#parts.served.join(user);
    return [];
  }

  #loaded(user: LocalUser): void {
    user.loading = undefined;
    if (this.isHere(user)) this.#parts.onArrived(user);
  }

  #depart(user: LocalUser): void {
    this.#users.delete(user.id);
    this.#parts.onDeparted(user);
    this.#byIndex[user.index] = undefined;
    this.#freeIndexes.push(user.index);
    this.#parts.served.leave(user);
    this.#parts.people.release(user.person);
    this.#parts.bus.unsubscribe([userChannel(user.id)]);
  }
}
