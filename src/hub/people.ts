import { NONE, type Slot, UuidTable } from './uuid-table.ts';

/** How many things name the person: a row without any is removed. */
const HOLDS = 0;
/** The first of the person's conversations. */
const HEAD = 1;
/** On how many nodes the person is, in the picture of this one. */
const NODES = 2;
/** When the person was last seen, in milliseconds since 1970, as two words. */
const SEEN_HIGH = 3;
const SEEN_LOW = 4;
const WORDS = 5;
const WORD = 2 ** 32;

/**
 * Everybody this node has to do with: those who are here, the other parties of their conversations, and whoever is online on any
 * node. 36 bytes for each, and about 12 for the index.
 */
export class People extends UuidTable {
  constructor() {
    super(WORDS);
  }

  /**
   * Names a person once more; each time must be {@link release released}.
   *
   * @param id a UUID in its 8-4-4-4-12 form
   */
  hold(id: string): Slot {
    const found = this.find(id);
    const slot = found === NONE ? this.insert(id) : found;
    if (found === NONE) this.setWord(slot, HEAD, NONE);
    this.holdAgain(slot);
    return slot;
  }

  holdAgain(person: Slot): void {
    this.setWord(person, HOLDS, this.word(person, HOLDS) + 1);
  }

  /** With the last one the slot may become somebody else's. */
  release(person: Slot): void {
    const left = this.word(person, HOLDS) - 1;
    this.setWord(person, HOLDS, left);
    if (left === 0) this.delete(person);
  }

  /** The first of the person's conversations; {@link NONE} without any. */
  head(person: Slot): Slot {
    return this.word(person, HEAD);
  }

  setHead(person: Slot, head: Slot): void {
    this.setWord(person, HEAD, head);
  }

  nodes(person: Slot): number {
    return this.word(person, NODES);
  }

  setNodes(person: Slot, nodes: number): void {
    this.setWord(person, NODES, nodes);
  }

  /** In milliseconds since 1970; `undefined` when it is not known, or not to be shown. */
  seenAt(person: Slot): number | undefined {
    const ms = this.word(person, SEEN_HIGH) * WORD + (this.word(person, SEEN_LOW) >>> 0);
    return ms === 0 ? undefined : ms;
  }

  setSeenAt(person: Slot, ms: number | undefined): void {
    this.setWord(person, SEEN_HIGH, Math.floor((ms ?? 0) / WORD));
    this.setWord(person, SEEN_LOW, ((ms ?? 0) % WORD) | 0);
  }
}
