import type { Bus } from '../bus/bus.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { LastSeen } from '../users/last-seen.ts';
import type { ServedConversations } from './conversations.ts';
import { Gossip } from './gossip.ts';
import type { Peers } from './peers.ts';
import type { People } from './people.ts';
import { Picture } from './picture.ts';
import { Telling } from './telling.ts';
import type { LocalUser, LocalUsers } from './users.ts';
import { NONE, type Slot } from './uuid-table.ts';

const REFRESH_INTERVAL_MS = 1_000;
/** Everybody here is written as seen, and read whether hidden, once in so many intervals: what was lost is mended then. */
const REFRESH_STEPS = 300;

/**
 * Whether a user of this node is shown to others: not before it was read. A user who hides is announced nowhere, so that no other node has
 * to know of it.
 */
export type Visibility = 'unknown' | 'shown' | 'hidden';

export interface PresenceParts {
  readonly bus: Bus;
  readonly peers: Peers;
  readonly people: People;
  readonly served: ServedConversations;
  readonly users: LocalUsers;
  readonly lastSeen: LastSeen;
}

/** Who is online, on any node, and who here is told of it: the other parties of that person's conversations. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #picture: Picture;
  readonly #gossip: Gossip;
  readonly #telling: Telling;
  #refreshing: Iterator<LocalUser> | undefined;

  constructor(parts: PresenceParts, disposer: Disposer) {
    this.#parts = parts;
    const { people, users } = parts;
    this.#picture = new Picture(people, (person) => this.#onChange(person));
    this.#telling = new Telling({
      people,
      isOnline: (person) => this.#picture.isOnline(person),
      tell: (user, bytes) => users.tell(user, bytes),
    });
    this.#gossip = new Gossip(
      {
        ...parts,
        picture: this.#picture,
        onHide: (id, isHidden) => this.#onHide(id, isHidden),
      },
      disposer,
    );
    // Word of who hides may have been lost.
    parts.bus.onGap(() => {
      for (const user of users) if (user.loading === undefined) this.#note(user);
    });
    const timer = setInterval(() => this.#refresh(), REFRESH_INTERVAL_MS);
    disposer.defer(() => {
      clearInterval(timer);
      this.#picture.stop();
      this.#telling.stop();
    });
  }

  /** People who are online, as this node knows. */
  get size(): number {
    return this.#picture.size;
  }

  join(): Promise<void> {
    return this.#gossip.join();
  }

  leave(): void {
    this.#gossip.leave();
  }

  /** Whether a user is shown as online, on whichever node. */
  isOnline(userId: string): boolean {
    const person = this.#parts.people.find(userId);
    return person !== NONE && this.#picture.isOnline(person);
  }

  /**
   * A user is not to be seen any more, or again, as PostgreSQL has it by now. Returns at once; all nodes hear of it at once too, or, when
   * the bus loses it, within minutes.
   */
  hide(userId: string, isHidden: boolean): void {
    this.#gossip.hide(userId, isHidden);
  }

  /** Another node is no more. */
  nodeGone(node: string, isDead: boolean): void {
    const ids = this.#gossip.nodeGone(node);
    // Each node knows the same of it: one writes.
    if (!isDead || !this.#parts.peers.isFirst) return;
    for (const id of ids) this.#parts.lastSeen.note(id, Date.now());
  }

  /** A user's conversations are served, so that others can be told of what the user says. */
  arrived(user: LocalUser): void {
    this.#note(user);
  }

  departed(user: LocalUser): void {
    this.#telling.forget(user);
    this.#parts.lastSeen.note(user.id, Date.now());
    if (user.visibility === 'shown') this.#gossip.departed(user.id, Date.now());
  }

  /** Tells a user of everybody who is online: a new socket takes all others for offline. */
  greet(user: LocalUser): void {
    for (const person of this.#parts.served.others(user))
      if (this.#picture.isOnline(person)) this.#telling.add(user, person);
  }

  /** A user has a conversation more. */
  added(user: LocalUser, conversationId: string): void {
    const person = this.#parts.served.otherIn(user, conversationId);
    if (person !== NONE && this.#picture.isOnline(person)) this.#telling.add(user, person);
  }

  #onChange(person: Slot): void {
    for (const index of this.#parts.served.membersAround(person)) {
      const user = this.#parts.users.at(index);
      if (user !== undefined) this.#telling.add(user, person);
    }
  }

  #onHide(id: string, isHidden: boolean): void {
    const user = this.#parts.users.get(id);
    if (isHidden) {
      if (user !== undefined) {
        user.visibilityAsks += 1;
        this.#setVisibility(user, 'hidden');
      }
      this.#picture.hide(id);
      return;
    }
    this.#picture.show(id);
    // Words of two nodes may come in another order than what they tell of: nobody is shown before the row was read.
    if (user !== undefined && user.loading === undefined) this.#note(user);
  }

  #note(user: LocalUser): void {
    user.visibilityAsks += 1;
    const asks = user.visibilityAsks;
    this.#parts.lastSeen.note(user.id, Date.now(), (hides) => {
      // What was said meanwhile may be newer than what was read.
      if (user.visibilityAsks === asks) this.#setVisibility(user, hides ? 'hidden' : 'shown');
    });
  }

  #setVisibility(user: LocalUser, visibility: Visibility): void {
    const before = user.visibility;
    if (visibility === before || !this.#parts.users.isHere(user)) return;
    user.visibility = visibility;
    if (visibility === 'shown') this.#gossip.arrived(user.id);
    else if (before === 'shown') this.#gossip.departed(user.id, 'hidden');
  }

  #refresh(): void {
    const { users } = this.#parts;
    for (let left = Math.ceil(users.size / REFRESH_STEPS); left > 0; left -= 1) {
      this.#refreshing ??= users[Symbol.iterator]();
      const next = this.#refreshing.next();
      if (next.done === true) this.#refreshing = undefined;
      else if (next.value.loading === undefined) this.#note(next.value);
    }
  }
}
