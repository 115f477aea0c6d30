import { UUID_LENGTH, readUuid, writeUuid } from '../lib/uuid.ts';

/** A conversation's place in the table, until it is removed: never keep one over an `await`. */
export type Slot = number;

/** No slot, and no user. */
export const NONE = -1;
/** In the place of a seq: it has not been read yet. */
const UNKNOWN = -1;

// A row is ten 32-bit words: the id, and
const SEQ = 4;
// … the two parties, each an index of the caller's, or NONE when not here,
const PARTY = 5;
// … the next slot in the list of each,
const NEXT = 7;
// … and whether each gets the changes.
const MEMBERS = 9;
const WORDS = 10;
/** In the place of the members: the slot is free. */
const FREED = 1 << 8;

export const BUYER = 0;
export const SELLER = 1;
/** Which of the two parties. */
export type Role = typeof BUYER | typeof SELLER;

const FIRST_CAPACITY = 1_024;
const GROWTH = 1.5;

/**
 * The conversations of a node in one array of numbers, with a hash index (open addressing, linear probing). 10,000 users
 * with 50 conversations each are half a million rows: objects, sets and strings for each would take some hundred megabytes;
 * 40 bytes for each, and about 20 for the index, take 30 (docs/performance.md).
 *
 * The conversations of each party are a list, chained through the rows. Its head is the caller's.
 */
export class ConversationTable {
  #rows = new Int32Array(FIRST_CAPACITY * WORDS);
  /** Slots by the hash of their id; 0 is free, else the slot plus one. Never more than half full. */
  #index = new Int32Array(4 * FIRST_CAPACITY);
  #size = 0;
  /** Slots below it are in use, or in the free list. */
  #end = 0;
  /** The first free slot; the next one is in its SEQ. */
  #free = NONE;
  /** The id that is looked for, in bytes and in words. */
  readonly #key = new Int32Array(4);
  readonly #keyBytes = Buffer.from(this.#key.buffer);
  readonly #text = Buffer.alloc(UUID_LENGTH);

  get size(): number {
    return this.#size;
  }

  /** Every slot in use is below it. */
  get end(): number {
    return this.#end;
  }

  /** @param id a UUID in its 8-4-4-4-12 form */
  find(id: string): Slot {
    this.#text.write(id, 'latin1');
    return this.findIn(this.#text, 0);
  }

  /** @param text has the id from `from` on, in ASCII */
  findIn(text: Uint8Array, from: number): Slot {
    writeUuid(this.#keyBytes, 0, text, from);
    return (this.#index[this.#probe()] ?? 0) - 1;
  }

  /** @returns the slot of the id, which is new or was there */
  add(id: string): Slot {
    const found = this.find(id);
    if (found !== NONE) return found;
    if (2 * (this.#size + 1) > this.#index.length) this.#growIndex();
    const slot = this.#take();
    const row = slot * WORDS;
    this.#rows.set(this.#key, row);
    this.#rows[row + SEQ] = UNKNOWN;
    this.#rows.fill(NONE, row + PARTY, row + MEMBERS);
    this.#rows[row + MEMBERS] = 0;
    this.#index[this.#probe()] = slot + 1;
    this.#size += 1;
    return slot;
  }

  remove(slot: Slot): void {
    this.#loadKey(slot);
    let hole = this.#probe();
    const mask = this.#index.length - 1;
    // What stands behind it and would no longer be found moves up (Knuth, volume 3, section 6.4, algorithm R).
    for (let i = (hole + 1) & mask; this.#index[i] !== 0; i = (i + 1) & mask) {
      this.#loadKey((this.#index[i] ?? 0) - 1);
      const home = this.#home();
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      this.#index[hole] = this.#index[i] ?? 0;
      hole = i;
    }
    this.#index[hole] = 0;
    this.#rows.fill(0, slot * WORDS, (slot + 1) * WORDS);
    this.#rows[slot * WORDS + SEQ] = this.#free;
    this.#rows[slot * WORDS + MEMBERS] = FREED;
    this.#free = slot;
    this.#size -= 1;
  }

  isUsed(slot: Slot): boolean {
    return this.#word(slot, MEMBERS) !== FREED;
  }

  id(slot: Slot): string {
    this.#loadKey(slot);
    return readUuid(this.#keyBytes, 0);
  }

  /** The last change delivered; `undefined` before {@link setSeq}. */
  seq(slot: Slot): number | undefined {
    const seq = this.#word(slot, SEQ);
    return seq === UNKNOWN ? undefined : seq;
  }

  setSeq(slot: Slot, seq: number): void {
    this.#rows[slot * WORDS + SEQ] = seq;
  }

  /** The user in this role, or {@link NONE}. */
  party(slot: Slot, role: Role): number {
    return this.#word(slot, PARTY + role);
  }

  isMember(slot: Slot, role: Role): boolean {
    return (this.#word(slot, MEMBERS) & (1 << role)) !== 0;
  }

  /** From now on this party gets the changes. */
  setMember(slot: Slot, role: Role): void {
    this.#rows[slot * WORDS + MEMBERS] = this.#word(slot, MEMBERS) | (1 << role);
  }

  /**
   * Puts a conversation at the head of a user's list.
   *
   * @param head of the list before, or {@link NONE}
   */
  link(slot: Slot, role: Role, user: number, head: Slot): void {
    this.#rows[slot * WORDS + PARTY + role] = user;
    this.#rows[slot * WORDS + NEXT + role] = head;
  }

  /** Takes the party out of the row. Its list must be mended, or be dropped, by the caller. */
  unlink(slot: Slot, role: Role): void {
    this.#rows[slot * WORDS + PARTY + role] = NONE;
    this.#rows[slot * WORDS + MEMBERS] = this.#word(slot, MEMBERS) & ~(1 << role);
  }

  /** The next in this party's list. */
  next(slot: Slot, role: Role): Slot {
    return this.#word(slot, NEXT + role);
  }

  setNext(slot: Slot, role: Role, next: Slot): void {
    this.#rows[slot * WORDS + NEXT + role] = next;
  }

  #word(slot: Slot, word: number): number {
    return this.#rows[slot * WORDS + word] ?? 0;
  }

  #loadKey(slot: Slot): void {
    const row = slot * WORDS;
    for (let i = 0; i < 4; i += 1) this.#key[i] = this.#rows[row + i] ?? 0;
  }

  /** Where in the index the key stands, or would. */
  #probe(): number {
    const mask = this.#index.length - 1;
    const rows = this.#rows;
    for (let i = this.#home(); ; i = (i + 1) & mask) {
      const entry = this.#index[i] ?? 0;
      if (entry === 0) return i;
      const row = (entry - 1) * WORDS;
      if (
        rows[row] === this.#key[0] &&
        rows[row + 1] === this.#key[1] &&
        rows[row + 2] === this.#key[2] &&
        rows[row + 3] === this.#key[3]
      )
        return i;
    }
  }

  /** Imported ids may be anything, numbered ones too: so all of it is mixed (the finalizer of MurmurHash3). */
  #home(): number {
    const key = this.#key;
    let hash = Math.imul(key[0] ?? 0, 0x9e3779b1) ^ Math.imul(key[1] ?? 0, 0x85ebca77);
    hash ^= Math.imul(key[2] ?? 0, 0xc2b2ae3d) ^ Math.imul(key[3] ?? 0, 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (this.#index.length - 1);
  }

  #take(): Slot {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#word(slot, SEQ);
      return slot;
    }
    if ((this.#end + 1) * WORDS > this.#rows.length) {
      const rows = new Int32Array(Math.ceil((this.#rows.length / WORDS) * GROWTH) * WORDS);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#end += 1;
    return this.#end - 1;
  }

  #growIndex(): void {
    const saved = this.#key.slice();
    this.#index = new Int32Array(2 * this.#index.length);
    for (let slot = 0; slot < this.#end; slot += 1) {
      if (!this.isUsed(slot)) continue;
      this.#loadKey(slot);
      this.#index[this.#probe()] = slot + 1;
    }
    this.#key.set(saved);
  }
}
