import { frame, toTimestamp } from '../messages/frames.ts';
import type { People } from './people.ts';
import type { LocalUser } from './users.ts';
import type { Slot } from './uuid-table.ts';

const INTERVAL_MS = 100;
/** Of one user in each interval: 50 a second. */
const MAX_OF_ONE = 5;
/** Of all users together, in one turn of the event loop. */
const MAX_TOGETHER = 1_000;
/** A socket for which more waits gets no presence, in bytes: the 256 frames that may wait are for what must arrive. */
const MAX_WAITING_BYTES = 4 * 1_024;

export interface TellingParts {
  readonly people: People;
  readonly isOnline: (person: Slot) => boolean;
  readonly tell: (user: LocalUser, frame: Uint8Array) => void;
}

/**
 * Brings `presence` to users, at a pace, and of each person only how it is when its turn comes: whoever comes and goes a hundred times
 * meanwhile is told once.
 */
export class Telling {
  readonly #parts: TellingParts;
  /** Whose turn is next first. */
  readonly #waiting = new Set<LocalUser>();
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: TellingParts) {
    this.#parts = parts;
  }

  /** A user is to be told of somebody, who is in a conversation with the user. */
  add(user: LocalUser, person: Slot): void {
    user.untold ??= new Set();
    if (user.untold.has(person)) return;
    user.untold.add(person);
    this.#parts.people.holdAgain(person);
    this.#waiting.add(user);
    this.#tellLater();
  }

  /** The user has gone. */
  forget(user: LocalUser): void {
    this.#waiting.delete(user);
    for (const person of user.untold ?? []) this.#parts.people.release(person);
    user.untold = undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tellLater(): void {
    const wait = Math.max(0, this.#toldAt + INTERVAL_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#toldAt = performance.now();
      this.#tellSome();
      if (this.#waiting.size > 0) this.#tellLater();
    }, wait);
  }

  #tellSome(): void {
    /** Thousands may hear the same of one person. */
    const frames = new Map<Slot, Uint8Array>();
    let users = this.#waiting.size;
    let room = MAX_TOGETHER;
    for (const user of this.#waiting) {
      if (users === 0 || room <= 0) return;
      users -= 1;
      this.#waiting.delete(user);
      if (canTake(user)) room -= this.#tellUser(user, frames);
      // Behind the others.
      if (user.untold !== undefined) this.#waiting.add(user);
    }
  }

  /** @returns how many frames */
  #tellUser(user: LocalUser, frames: Map<Slot, Uint8Array>): number {
    const persons = [...(user.untold ?? [])].slice(0, MAX_OF_ONE);
    for (const person of persons) {
      // A socket that was closed for it may have been the last.
      if (user.untold?.delete(person) !== true) break;
      let bytes = frames.get(person);
      if (bytes === undefined) frames.set(person, (bytes = this.#frame(person)));
      this.#parts.people.release(person);
      this.#parts.tell(user, bytes);
    }
    if (user.untold?.size === 0) user.untold = undefined;
    return persons.length;
  }

  #frame(person: Slot): Uint8Array {
    const { people, isOnline } = this.#parts;
    const online = isOnline(person);
    const timestamp = toTimestamp(Date.now());
    const seenAt = people.seenAt(person);
    const offlineSince = seenAt === undefined ? null : toTimestamp(seenAt);
    const lastSeenAt = online ? timestamp : offlineSince;
    const userId = people.id(person);
    return Buffer.from(frame({ type: 'presence', userId, online, lastSeenAt, timestamp }));
  }
}

const canTake = ({ sessions }: LocalUser): boolean =>
  sessions.every((session) => session.bufferedBytes <= MAX_WAITING_BYTES);
