import {
  BUYER,
  type ConversationTable,
  type Role,
  SELLER,
  otherThan,
} from './conversation-table.ts';
import type { People } from './people.ts';
import { NONE, type Slot } from './uuid-table.ts';

/** A user whose conversations are in the table. */
export interface Party {
  /** Not negative, and no other's while this one is here. */
  readonly index: number;
  /** The user's place in {@link People}. */
  readonly person: Slot;
}

/** Which conversations of the table are whose: the lists that are chained through its rows. */
export class PartyLists {
  readonly #table: ConversationTable;
  readonly #people: People;

  constructor(table: ConversationTable, people: People) {
    this.#table = table;
    this.#people = people;
  }

  /** The user's role in a conversation; `undefined` when it is not one that was added. */
  roleOf({ index }: Party, slot: Slot): Role | undefined {
    if (slot === NONE) return undefined;
    if (this.#table.user(slot, BUYER) === index) return BUYER;
    return this.#table.user(slot, SELLER) === index ? SELLER : undefined;
  }

  /** The conversations of anybody that are in the table, with the role in each. One that has just been given out may be removed. */
  *ofPerson(person: Slot): Iterable<[Slot, Role]> {
    for (let slot = this.#people.head(person); slot !== NONE;) {
      const role = this.#table.roleOf(slot, person);
      const next = this.#table.next(slot, role);
      yield [slot, role];
      slot = next;
    }
  }

  /** The users who are members of any of them besides, by index. Thousands may be passed over for the few who are here. */
  *membersAround(person: Slot): Iterable<number> {
    for (let slot = this.#people.head(person); slot !== NONE;) {
      const role = this.#table.roleOf(slot, person);
      const next = this.#table.next(slot, role);
      const other = otherThan(role);
      if (this.#table.isMember(slot, other)) yield this.#table.user(slot, other);
      slot = next;
    }
  }

  /** Those that were added for the user. */
  *of({ index, person }: Party): Iterable<[Slot, Role]> {
    for (const pair of this.ofPerson(person)) if (this.#table.user(...pair) === index) yield pair;
  }

  /** Does nothing for one that was added. */
  add(party: Party, slot: Slot, role: Role, otherId: string): void {
    if (this.#table.person(slot, role) === NONE) {
      this.#people.holdAgain(party.person);
      this.#link(slot, role, party.person);
      this.#link(slot, otherThan(role), this.#people.hold(otherId));
    }
    this.#table.setUser(slot, role, party.index);
  }

  /** @returns false when it was not added */
  remove(party: Party, slot: Slot): boolean {
    const role = this.roleOf(party, slot);
    if (role === undefined) return false;
    this.#table.setUser(slot, role, NONE);
    return true;
  }

  /** @returns what was added */
  clear(party: Party): Slot[] {
    const gone = [...this.of(party)];
    for (const pair of gone) this.#table.setUser(...pair, NONE);
    return gone.map(([slot]) => slot);
  }

  /** Takes a conversation out of both lists: its row is about to go. */
  unlink(slot: Slot): void {
    for (const role of [BUYER, SELLER] as const) {
      const person = this.#table.person(slot, role);
      this.#people.setHead(person, this.#table.unlink(slot, role, this.#people.head(person)));
      this.#people.release(person);
    }
  }

  #link(slot: Slot, role: Role, person: Slot): void {
    this.#table.link(slot, role, person, this.#people.head(person));
    this.#people.setHead(person, slot);
  }
}
