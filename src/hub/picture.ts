import type { People } from './people.ts';
import { NONE, type Slot } from './uuid-table.ts';

/** How long somebody who has gone is still shown: for a page that loads anew, or a node that is drained. In milliseconds. */
export const GRACE_MS = 5_000;
/** So many go offline in one turn of the event loop: each may be of interest to many here, and with a node go thousands. */
const GO_TOGETHER = 500;

/**
 * When somebody who has gone was last here, in milliseconds since 1970. `hidden`: that is not to be shown, and the user is offline at once.
 * `unknown`: word of it was lost, and it may have been either.
 */
export type Departure = number | 'hidden' | 'unknown';

/** Tells two pictures of a node apart without sending them. */
export interface Digest {
  readonly count: number;
  /** Of all ids, combined by XOR. */
  readonly hash: number;
}

interface OnNode {
  readonly persons: Set<Slot>;
  hash: number;
}

/**
 * Who is on which node, as far as this one knows. Somebody is online while on any node, and for {@link GRACE_MS} after that. People are
 * {@link People.hold held} once for each node they are on, and once while they are going.
 */
export class Picture {
  readonly #people: People;
  readonly #onChange: (person: Slot) => void;
  readonly #nodes = new Map<string, OnNode>();
  /** Those who are on no node any more, and when they go offline, by {@link performance.now}; in that order. */
  readonly #going = new Map<Slot, number>();
  /** Those who hid while on a node that has not said yet that they left: it may have died, or seen them go before it heard of it. */
  readonly #hiding = new Set<Slot>();
  #timer: NodeJS.Timeout | undefined;
  #online = 0;

  /** @param onChange somebody went online or offline, or is not to be shown any more */
  constructor(people: People, onChange: (person: Slot) => void) {
    this.#people = people;
    this.#onChange = onChange;
  }

  /** People who are online. */
  get size(): number {
    return this.#online;
  }

  has(node: string): boolean {
    return this.#nodes.has(node);
  }

  isOnline(person: Slot): boolean {
    return this.#people.nodes(person) > 0 || this.#going.has(person);
  }

  digest(node: string): Digest {
    const on = this.#nodes.get(node);
    return { count: on?.persons.size ?? 0, hash: on?.hash ?? 0 };
  }

  *idsOn(node: string): Iterable<string> {
    for (const person of this.#nodes.get(node)?.persons ?? []) yield this.#people.id(person);
  }

  arrive(node: string, id: string): void {
    const on = this.#on(node);
    const person = this.#people.hold(id);
    if (on.persons.has(person)) {
      this.#people.release(person);
      return;
    }
    on.persons.add(person);
    on.hash ^= this.#people.hash(person);
    this.#hiding.delete(person);
    const nodes = this.#people.nodes(person) + 1;
    this.#people.setNodes(person, nodes);
    if (nodes > 1) return;
    if (this.#going.delete(person)) this.#people.release(person);
    else {
      this.#online += 1;
      this.#onChange(person);
    }
  }

  depart(node: string, id: string, departure: Departure): void {
    const person = this.#people.find(id);
    if (person !== NONE) this.#depart(this.#on(node), person, departure);
  }

  /**
   * All others that were on a node have gone.
   *
   * @param ids different ones, who are on it
   * @param departure of the others
   */
  keepOnly(node: string, ids: readonly string[], departure: Departure): void {
    const on = this.#on(node);
    if (on.persons.size === ids.length) return;
    const persons = new Set(ids.map((id) => this.#people.find(id)));
    for (const person of on.persons) if (!persons.has(person)) this.#depart(on, person, departure);
  }

  /** @returns who was there */
  drop(node: string): string[] {
    const ids = [...this.idsOn(node)];
    this.keepOnly(node, [], Date.now());
    this.#nodes.delete(node);
    return ids;
  }

  /** Somebody does not want to be seen any more. From the nodes on which they are they depart. */
  hide(id: string): void {
    const person = this.#people.find(id);
    if (person === NONE) return;
    if (this.#people.nodes(person) > 0) {
      this.#hiding.add(person);
      return;
    }
    this.#people.setSeenAt(person, undefined);
    if (this.#going.has(person)) this.#goOffline(person);
    else this.#onChange(person);
  }

  /** Somebody may be seen again. */
  show(id: string): void {
    this.#hiding.delete(this.#people.find(id));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #on(node: string): OnNode {
    let on = this.#nodes.get(node);
    if (on === undefined) this.#nodes.set(node, (on = { persons: new Set(), hash: 0 }));
    return on;
  }

  #depart(on: OnNode, person: Slot, said: Departure): void {
    if (!on.persons.delete(person)) return;
    const departure = this.#hiding.has(person) ? 'hidden' : said;
    on.hash ^= this.#people.hash(person);
    const nodes = this.#people.nodes(person) - 1;
    this.#people.setNodes(person, nodes);
    this.#people.setSeenAt(
      person,
      typeof departure === 'number'
        ? Math.max(departure, this.#people.seenAt(person) ?? departure)
        : undefined,
    );
    // The node's hold is the one of who is going.
    if (nodes > 0) this.#people.release(person);
    else {
      this.#hiding.delete(person);
      this.#going.set(person, performance.now() + GRACE_MS);
      if (departure === 'hidden') this.#goOffline(person);
      else this.#wait();
    }
  }

  #goOffline(person: Slot): void {
    this.#going.delete(person);
    this.#online -= 1;
    this.#onChange(person);
    this.#people.release(person);
  }

  #wait(): void {
    const [first] = this.#going.values();
    if (first === undefined) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        const now = performance.now();
        let left = GO_TOGETHER;
        for (const [person, dueAt] of this.#going) {
          if (dueAt > now || left === 0) break;
          left -= 1;
          this.#goOffline(person);
        }
        this.#wait();
      },
      Math.max(0, Math.ceil(first - performance.now())),
    );
  }
}
