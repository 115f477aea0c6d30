import { type Bus, conversationChannel } from '../bus/bus.ts';
import type { ConversationIndex, Membership } from '../conversations/conversation-index.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadChanges } from '../messages/changes.ts';
import { BUYER, ConversationTable, type Role, SELLER, otherThan } from './conversation-table.ts';
import { DeliveryWatch } from './delivery-watch.ts';
import { Feed } from './feed.ts';
import { type Party, PartyLists } from './party-lists.ts';
import type { People } from './people.ts';
import type { Position } from './socket.ts';
import { Starts } from './starts.ts';
import { NONE, type Slot } from './uuid-table.ts';

export interface ServedParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
  readonly people: People;
  readonly readChanges: ReadChanges;
  /** Brings a change to one user, by index. The frame and its position are valid only during the call. */
  readonly deliver: (user: number, frame: Uint8Array, position: Position) => void;
  /** So many changes did not come by the bus and were read. */
  readonly onRepaired: (changes: number) => void;
  readonly logger: Logger;
}

/** The id costs something: it is made when somebody asks for it. */
class SlotPosition implements Position {
  slot: Slot = NONE;
  seq = 0;
  readonly #table: ConversationTable;

  constructor(table: ConversationTable) {
    this.#table = table;
  }

  get conversationId(): string {
    return this.#table.id(this.slot);
  }
}

/**
 * The conversations that this node serves, those with at least one party here: their channels are subscribed and their
 * changes delivered in order. Most need nothing but their last seq; one with a hole has a {@link Feed} until it is filled.
 */
export class ServedConversations {
  readonly #parts: ServedParts;
  readonly #table = new ConversationTable();
  readonly #lists: PartyLists;
  /** One for all that is delivered: few sessions look at it. */
  readonly #position = new SlotPosition(this.#table);
  readonly #feeds = new Map<Slot, Feed>();
  readonly #starts: Starts;
  readonly #watch = new DeliveryWatch();

  constructor(parts: ServedParts) {
    this.#parts = parts;
    this.#lists = new PartyLists(this.#table, parts.people);
    this.#starts = new Starts(parts, this.#table, (slot, seq) => {
      this.#table.setSeq(slot, seq);
      this.#feeds.get(slot)?.start(seq);
    });
  }

  get size(): number {
    return this.#table.size;
  }

  /** Where the last {@link slice} ends. */
  get end(): number {
    return this.#table.end;
  }

  /**
   * Makes these conversations these users', at once, and resolves when all of them are served. Rejects when PostgreSQL or
   * Redis fail: whoever is still here then must leave.
   */
  async open(wanted: readonly (readonly [Party, readonly Membership[]])[]): Promise<void> {
    const waiting = new Set<Promise<void>>();
    const fresh = new Set<string>();
    for (const [party, list] of wanted) {
      for (const { id, isBuyer, otherId } of list) {
        const found = this.#table.find(id);
        const slot = found === NONE ? this.#table.add(id) : found;
        this.#lists.add(party, slot, isBuyer ? BUYER : SELLER, otherId);
        const start = this.#starts.of(slot);
        if (start !== undefined) waiting.add(start);
        else if (this.#table.seq(slot) === undefined) fresh.add(id);
      }
    }
    if (fresh.size > 0) waiting.add(this.#starts.begin([...fresh]));
    await Promise.all(waiting);
  }

  /** From now on the user gets what is delivered, of all conversations in the list. */
  join(party: Party): void {
    for (const [slot, role] of this.#lists.of(party)) this.#table.setMember(slot, role);
  }

  /** From now on the user gets what is delivered of this one. */
  joinOne(party: Party, id: string): void {
    const slot = this.#table.find(id);
    const role = this.#lists.roleOf(party, slot);
    if (role !== undefined) this.#table.setMember(slot, role);
  }

  /** Whether the conversation is the user's, served or about to be. */
  has(party: Party, id: string): boolean {
    return this.#lists.roleOf(party, this.#table.find(id)) !== undefined;
  }

  /** Whether the user gets what is delivered of it. */
  isMember(party: Party, id: string): boolean {
    const slot = this.#table.find(id);
    const role = this.#lists.roleOf(party, slot);
    return role !== undefined && this.#table.isMember(slot, role);
  }

  /** The user wants one of them no more. */
  leaveOne(party: Party, id: string): void {
    const slot = this.#table.find(id);
    if (this.#lists.remove(party, slot)) this.#close([slot]);
  }

  /** The user has gone. */
  leave(party: Party): void {
    this.#close(this.#lists.clear(party));
  }

  /** Whether anybody here is in it. */
  isServed(id: string): boolean {
    return this.#table.find(id) !== NONE;
  }

  /** The last change delivered; 0 for what is not served. */
  seq(id: string): number {
    const slot = this.#table.find(id);
    return slot === NONE ? 0 : (this.#table.seq(slot) ?? 0);
  }

  /** PostgreSQL has changes up to this one. */
  expect(id: string, seq: number): void {
    const slot = this.#table.find(id);
    if (slot !== NONE && seq > (this.#table.seq(slot) ?? 0)) this.#feed(slot).expect(seq);
  }

  /** Calls once a change has been delivered; never, when it is not served yet or was delivered before. */
  whenDelivered(id: string, seq: number, onDelivered: () => void): void {
    const slot = this.#table.find(id);
    const last = slot === NONE ? undefined : this.#table.seq(slot);
    if (last !== undefined && seq > last) this.#watch.add(slot, seq, onDelivered);
  }

  /**
   * Takes a change from the bus.
   *
   * @param text has the conversation's id from `from` on, in ASCII
   */
  accept(text: Buffer, from: number, seq: number, frame: Buffer): void {
    const slot = this.#table.findIn(text, from);
    if (slot === NONE) return;
    const last = this.#table.seq(slot);
    if (last === undefined || seq > last + 1 || this.#feeds.has(slot)) {
      this.#feed(slot).accept(seq, frame);
      return;
    }
    if (seq === last + 1) this.#deliver(slot, seq, frame);
  }

  /**
   * The users that get what is not numbered, by index.
   *
   * @param text has the conversation's id from `from` on, in ASCII
   */
  members(text: Buffer, from: number): number[] {
    const slot = this.#table.findIn(text, from);
    if (slot === NONE) return [];
    return ([BUYER, SELLER] as const)
      .filter((role) => this.#table.isMember(slot, role))
      .map((role) => this.#table.user(slot, role));
  }

  /** Those of its users that are here, by index. */
  parties(id: string): number[] {
    const slot = this.#table.find(id);
    if (slot === NONE) return [];
    return [this.#table.user(slot, BUYER), this.#table.user(slot, SELLER)].filter(
      (user) => user !== NONE,
    );
  }

  /** The other parties in the user's conversations. One comes once for each that they share. */
  *others(party: Party): Iterable<Slot> {
    for (const [slot, role] of this.#lists.of(party))
      yield this.#table.person(slot, otherThan(role));
  }

  /** The other party of one of the user's conversations; {@link NONE} when it is not one. */
  otherIn(party: Party, id: string): Slot {
    const slot = this.#table.find(id);
    const role = this.#lists.roleOf(party, slot);
    return role === undefined ? NONE : this.#table.person(slot, otherThan(role));
  }

  /** The users that get what is delivered of any conversation of this person, by index. One comes once for each that they share. */
  membersAround(person: Slot): Iterable<number> {
    return this.#lists.membersAround(person);
  }

  /** The channels of all of them. */
  *channels(): Iterable<string> {
    for (let slot = 0; slot < this.#table.end; slot += 1)
      if (this.#table.isUsed(slot)) yield conversationChannel(this.#table.id(slot));
  }

  /**
   * Some of them and how far they have been delivered, for comparing.
   *
   * @param from 0, or the `next` of an earlier call: those that are served all the while come once
   * @param end what {@link end} was before the first call
   */
  slice(
    from: number,
    end: number,
    limit: number,
  ): { ids: string[]; seqs: number[]; next: number | undefined } {
    const ids: string[] = [];
    const seqs: number[] = [];
    let slot = from;
    for (; slot < end && ids.length < limit; slot += 1) {
      if (!this.#table.isUsed(slot)) continue;
      ids.push(this.#table.id(slot));
      seqs.push(this.#table.seq(slot) ?? 0);
    }
    return { ids, seqs, next: slot < end ? slot : undefined };
  }

  /** The feed of a conversation that is more than its seq: it has not started, or has a hole. */
  #feed(slot: Slot): Feed {
    const known = this.#feeds.get(slot);
    if (known !== undefined) return known;
    const feed = new Feed(this.#table.id(slot), {
      read: async (...range) => {
        const changes = await this.#parts.readChanges(...range);
        this.#parts.onRepaired(changes.length);
        return changes;
      },
      deliver: (change) => this.#deliver(slot, change.seq, change.frame),
      onSettled: () => this.#endFeed(slot),
      logger: this.#parts.logger,
    });
    const seq = this.#table.seq(slot);
    if (seq !== undefined) feed.start(seq);
    this.#feeds.set(slot, feed);
    return feed;
  }

  #endFeed(slot: Slot): void {
    this.#feeds.get(slot)?.stop();
    this.#feeds.delete(slot);
  }

  #deliver(slot: Slot, seq: number, frame: Uint8Array): void {
    this.#table.setSeq(slot, seq);
    this.#position.slot = slot;
    this.#position.seq = seq;
    this.#deliverTo(BUYER, slot, frame);
    this.#deliverTo(SELLER, slot, frame);
    this.#watch.delivered(slot, seq);
  }

  #deliverTo(role: Role, slot: Slot, frame: Uint8Array): void {
    if (this.#table.isMember(slot, role))
      this.#parts.deliver(this.#table.user(slot, role), frame, this.#position);
  }

  /** Serves those no more that nobody here is in. */
  #close(slots: readonly Slot[]): void {
    const channels: string[] = [];
    for (const slot of slots) {
      if (this.#table.user(slot, BUYER) !== NONE || this.#table.user(slot, SELLER) !== NONE)
        continue;
      channels.push(conversationChannel(this.#table.id(slot)));
      this.#endFeed(slot);
      this.#starts.forget(slot);
      this.#watch.forget(slot);
      this.#lists.unlink(slot);
      this.#table.remove(slot);
    }
    if (channels.length > 0) this.#parts.bus.unsubscribe(channels);
  }
}
