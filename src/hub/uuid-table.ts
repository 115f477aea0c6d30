import { UUID_LENGTH, readUuid, writeUuid } from '../lib/uuid.ts';

/** A row's place in a table, until it is removed: never keep one over an `await`. */
export type Slot = number;

/** No slot. */
export const NONE = -1;

/** Words of a row that are the id's. */
const ID_WORDS = 4;
/** The first word behind the id: it is never this in a row that is in use. */
const STATE = ID_WORDS;
const FREED = -0x80000000;
/** In a row that is free: the next one that is. */
const NEXT_FREE = 0;

const FIRST_CAPACITY = 1_024;
const GROWTH = 1.5;

/**
 * Rows that are found by UUID, in one array of 32-bit words, with a hash index (open addressing, linear probing): objects,
 * sets and strings for each of half a million would take some hundred megabytes. The index takes 8 to 16 bytes of each.
 */
export class UuidTable {
  readonly #width: number;
  #rows: Int32Array;
  /** Slots by the hash of their id; 0 is free, else the slot plus one. Never more than half full. */
  #index = new Int32Array(4 * FIRST_CAPACITY);
  #size = 0;
  /** Slots below it are in use, or in the free list. */
  #end = 0;
  #free: Slot = NONE;
  /** The id that is looked for, in bytes and in words. */
  readonly #key = new Int32Array(ID_WORDS);
  readonly #keyBytes = Buffer.from(this.#key.buffer);
  readonly #text = Buffer.alloc(UUID_LENGTH);

  /** @param words of a row beside its id */
  constructor(words: number) {
    this.#width = ID_WORDS + words;
    this.#rows = new Int32Array(FIRST_CAPACITY * this.#width);
  }

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

  isUsed(slot: Slot): boolean {
    return this.word(slot, 0) !== FREED;
  }

  id(slot: Slot): string {
    this.#loadKey(slot);
    return readUuid(this.#keyBytes, 0);
  }

  /** The same number for an id on every node: 32 well mixed bits. */
  hash(slot: Slot): number {
    this.#loadKey(slot);
    return this.#hash();
  }

  /** @returns the slot of an id that is not there yet; its words are 0 */
  protected insert(id: string): Slot {
    if (2 * (this.#size + 1) > this.#index.length) this.#growIndex();
    const slot = this.#take();
    // After what it may have moved.
    this.find(id);
    const row = slot * this.#width;
    this.#rows.set(this.#key, row);
    this.#rows.fill(0, row + ID_WORDS, row + this.#width);
    this.#index[this.#probe()] = slot + 1;
    this.#size += 1;
    return slot;
  }

  protected delete(slot: Slot): void {
    this.#loadKey(slot);
    let hole = this.#probe();
    const mask = this.#index.length - 1;
    // What stands behind it and would no longer be found moves up (Knuth, volume 3, section 6.4, algorithm R).
    for (let i = (hole + 1) & mask; this.#index[i] !== 0; i = (i + 1) & mask) {
      this.#loadKey((this.#index[i] ?? 0) - 1);
      const home = this.#hash() & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      this.#index[hole] = this.#index[i] ?? 0;
      hole = i;
    }
    this.#index[hole] = 0;
    const row = slot * this.#width;
    this.#rows[row + NEXT_FREE] = this.#free;
    this.#rows[row + STATE] = FREED;
    this.#free = slot;
    this.#size -= 1;
  }

  /** @param word which of those behind the id */
  protected word(slot: Slot, word: number): number {
    return this.#rows[slot * this.#width + ID_WORDS + word] ?? 0;
  }

  protected setWord(slot: Slot, word: number, value: number): void {
    this.#rows[slot * this.#width + ID_WORDS + word] = value;
  }

  #loadKey(slot: Slot): void {
    const row = slot * this.#width;
    for (let i = 0; i < ID_WORDS; i += 1) this.#key[i] = this.#rows[row + i] ?? 0;
  }

  /** Where in the index the key stands, or would. */
  #probe(): number {
    const mask = this.#index.length - 1;
    const rows = this.#rows;
    for (let i = this.#hash() & mask; ; i = (i + 1) & mask) {
      const entry = this.#index[i] ?? 0;
      if (entry === 0) return i;
      const row = (entry - 1) * this.#width;
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
  #hash(): number {
    const key = this.#key;
    let hash = Math.imul(key[0] ?? 0, 0x9e3779b1) ^ Math.imul(key[1] ?? 0, 0x85ebca77);
    hash ^= Math.imul(key[2] ?? 0, 0xc2b2ae3d) ^ Math.imul(key[3] ?? 0, 0x27d4eb2f);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  #take(): Slot {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#rows[slot * this.#width + NEXT_FREE] ?? NONE;
      return slot;
    }
    if ((this.#end + 1) * this.#width > this.#rows.length) {
      const capacity = Math.ceil((this.#rows.length / this.#width) * GROWTH);
      const rows = new Int32Array(capacity * this.#width);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#end += 1;
    return this.#end - 1;
  }

  #growIndex(): void {
    this.#index = new Int32Array(2 * this.#index.length);
    for (let slot = 0; slot < this.#end; slot += 1) {
      if (!this.isUsed(slot)) continue;
      this.#loadKey(slot);
      this.#index[this.#probe()] = slot + 1;
    }
  }
}
