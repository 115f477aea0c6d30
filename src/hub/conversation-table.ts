import { NONE, type Slot, UuidTable } from './uuid-table.ts';

// A row has the id's four words, and
/** whether each party gets the changes; */
const MEMBERS = 0;
const SEQ = 1;
/** the users who are here of the two parties, each an index of the caller's, or NONE; */
const USER = 2;
/** the two parties, here or not, in {@link People}; */
const PERSON = 4;
/** the next conversation in the list of each, and the one before. */
const NEXT = 6;
const BEFORE = 8;
const WORDS = 10;

/** In the place of a seq: it has not been read yet. */
const UNKNOWN = -1;

export const BUYER = 0;
export const SELLER = 1;
/** Which of the two parties. */
export type Role = typeof BUYER | typeof SELLER;

export const otherThan = (role: Role): Role => (role === BUYER ? SELLER : BUYER);

/**
 * The conversations of a node. 10,000 users with 50 conversations each are half a million rows: 56 bytes for each and about 12 for
 * the index take 40 MB, and half a million other parties in {@link People} 30.
 *
 * The conversations of each party, whether it is here or not, are a list, chained through the rows in both directions. Its head is
 * in {@link People}.
 */
export class ConversationTable extends UuidTable {
  constructor() {
    super(WORDS);
  }

  /** @returns the slot of an id that is not there yet */
  add(id: string): Slot {
    const slot = this.insert(id);
    this.setWord(slot, SEQ, UNKNOWN);
    for (const role of [BUYER, SELLER]) {
      this.setWord(slot, USER + role, NONE);
      this.setWord(slot, PERSON + role, NONE);
    }
    return slot;
  }

  remove(slot: Slot): void {
    this.delete(slot);
  }

  /** The last change delivered; `undefined` before {@link setSeq}. */
  seq(slot: Slot): number | undefined {
    const seq = this.word(slot, SEQ);
    return seq === UNKNOWN ? undefined : seq;
  }

  setSeq(slot: Slot, seq: number): void {
    this.setWord(slot, SEQ, seq);
  }

  /** Who has this role, or {@link NONE} before {@link link}. */
  person(slot: Slot, role: Role): Slot {
    return this.word(slot, PERSON + role);
  }

  /** The user in this role who is here, and among whose conversations this one was looked up; else {@link NONE}. */
  user(slot: Slot, role: Role): number {
    return this.word(slot, USER + role);
  }

  /** @param user {@link NONE}: it is here, and a member, no more */
  setUser(slot: Slot, role: Role, user: number): void {
    this.setWord(slot, USER + role, user);
    if (user === NONE) this.setWord(slot, MEMBERS, this.word(slot, MEMBERS) & ~(1 << role));
  }

  isMember(slot: Slot, role: Role): boolean {
    return (this.word(slot, MEMBERS) & (1 << role)) !== 0;
  }

  /** From now on this party gets the changes. */
  setMember(slot: Slot, role: Role): void {
    this.setWord(slot, MEMBERS, this.word(slot, MEMBERS) | (1 << role));
  }

  /**
   * Puts a conversation at the head of somebody's list.
   *
   * @param head of the list before, or {@link NONE}
   */
  link(slot: Slot, role: Role, person: Slot, head: Slot): void {
    this.setWord(slot, PERSON + role, person);
    this.setWord(slot, NEXT + role, head);
    this.setWord(slot, BEFORE + role, NONE);
    if (head !== NONE) this.setWord(head, BEFORE + this.roleOf(head, person), slot);
  }

  /**
   * Takes a conversation out of a party's list.
   *
   * @param head of the list before
   * @returns the head of the list after
   */
  unlink(slot: Slot, role: Role, head: Slot): Slot {
    const person = this.person(slot, role);
    const next = this.next(slot, role);
    const before = this.word(slot, BEFORE + role);
    if (next !== NONE) this.setWord(next, BEFORE + this.roleOf(next, person), before);
    if (before === NONE) return next;
    this.setWord(before, NEXT + this.roleOf(before, person), next);
    return head;
  }

  /** The next in this party's list. */
  next(slot: Slot, role: Role): Slot {
    return this.word(slot, NEXT + role);
  }

  /** The role of one of its parties. */
  roleOf(slot: Slot, person: Slot): Role {
    return this.person(slot, BUYER) === person ? BUYER : SELLER;
  }
}
