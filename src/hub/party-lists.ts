import {
  BUYER,
  type ConversationTable,
  NONE,
  type Role,
  SELLER,
  type Slot,
} from './conversation-table.ts';

/** A user whose conversations are in the table. */
export interface Party {
  /** Not negative, and no other's while this one is here. */
  readonly index: number;
  /** The first of the user's conversations; {@link NONE} without any. */
  head: Slot;
}

/** Which conversations of the table are whose: the lists that are chained through its rows. */
export class PartyLists {
  readonly #table: ConversationTable;

  constructor(table: ConversationTable) {
    this.#table = table;
  }

  /** The user's role in a conversation; `undefined` when it is not in the list. */
  roleOf({ index }: Party, slot: Slot): Role | undefined {
    if (slot === NONE) return undefined;
    if (this.#table.party(slot, BUYER) === index) return BUYER;
    return this.#table.party(slot, SELLER) === index ? SELLER : undefined;
  }

  /** The user's conversations, with the role in each. One that has just been given out may be removed. */
  *of(party: Party): Iterable<[Slot, Role]> {
    for (let slot = party.head; slot !== NONE;) {
      const role = this.#table.party(slot, BUYER) === party.index ? BUYER : SELLER;
      const next = this.#table.next(slot, role);
      yield [slot, role];
      slot = next;
    }
  }

  /** Does nothing for one that is in the list. */
  add(party: Party, slot: Slot, role: Role): void {
    if (this.#table.party(slot, role) === party.index) return;
    this.#table.link(slot, role, party.index, party.head);
    party.head = slot;
  }

  /** @returns false when it was not in the list */
  remove(party: Party, gone: Slot): boolean {
    const role = this.roleOf(party, gone);
    if (role === undefined) return false;
    const next = this.#table.next(gone, role);
    if (party.head === gone) party.head = next;
    else
      for (const [slot, its] of this.of(party))
        if (this.#table.next(slot, its) === gone) this.#table.setNext(slot, its, next);
    this.#table.unlink(gone, role);
    return true;
  }

  /** @returns what was in the list */
  clear(party: Party): Slot[] {
    const gone: Slot[] = [];
    for (const [slot, role] of this.of(party)) {
      this.#table.unlink(slot, role);
      gone.push(slot);
    }
    party.head = NONE;
    return gone;
  }
}
