import { isDeepStrictEqual } from 'node:util';
import { groupBy } from '../lib/group-by.ts';
import { type LinkParts, RedisLink } from './redis-link.ts';
import type { Locator, SlotRange } from './redis-slots.ts';
import { hostOf } from './redis-url.ts';

/** How often links are probed and masters looked for, in milliseconds: neither a server that hangs nor a failover tells. */
const HEARTBEAT_MS = 1_000;

/** A link to each master. It follows failovers and slots that move. */
export class RedisLinks {
  readonly #locator: Locator;
  readonly #parts: LinkParts;
  readonly #links = new Map<string, RedisLink>();
  /** The link of each slot. */
  readonly #linkOf: (RedisLink | undefined)[];
  #ranges: readonly SlotRange[] = [];
  #isRefreshing = false;
  /** Nobody could tell where the masters are. */
  #isLost = false;
  #isClosed = false;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(locator: Locator, parts: Omit<LinkParts, 'slotOf' | 'onDown'>) {
    this.#locator = locator;
    this.#parts = {
      ...parts,
      slotOf: (channel) => locator.slotOf(channel),
      onDown: () => void this.#refresh(),
    };
    this.#linkOf = Array.from({ length: locator.slots });
  }

  /** @throws when a slot has no master, or one of the masters can't be reached */
  async open(): Promise<void> {
    const ranges = await this.#locator.locate();
    const without = this.#locator.slots - covered(ranges);
    if (without > 0) throw new Error(`${without} slots of the cluster have no master`);
    const links = await this.#follow(ranges);
    await Promise.all(links.map((link) => link.open()));
    if (this.#isClosed) return;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    for (const link of this.#links.values()) link.close();
  }

  /** Every slot has a master whose link is up. */
  get areUp(): boolean {
    if (covered(this.#ranges) < this.#locator.slots) return false;
    for (const link of this.#links.values()) if (!link.isUp) return false;
    return true;
  }

  /** Nothing while its slot has no master: the link that will have it subscribes all that is provided. */
  of(channel: string): RedisLink | undefined {
    return this.#linkOf[this.#locator.slotOf(channel)];
  }

  #beat(): void {
    void this.#refresh();
    for (const link of this.#links.values()) void link.probe();
  }

  /** Looks where the masters are. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      const ranges = await this.#locator.locate();
      this.#isLost = false;
      if (isDeepStrictEqual(ranges, this.#ranges)) return;
      // Of those that can't be reached now a warning tells; they go on trying.
      for (const link of await this.#follow(ranges)) link.open().catch(() => undefined);
    } catch (err) {
      // They may be where they were: whether they can be reached, their links know.
      if (!this.#isLost)
        this.#parts.logger.warn({ err }, 'nobody can tell where the Redis masters are');
      this.#isLost = true;
    } finally {
      this.#isRefreshing = false;
    }
  }

  /**
   * Gives each slot to the link of its master.
   *
   * @returns links that are new, to be opened
   */
  async #follow(ranges: readonly SlotRange[]): Promise<RedisLink[]> {
    const urls: (string | undefined)[] = Array.from({ length: this.#linkOf.length });
    for (const { first, last, url } of ranges) urls.fill(url, first, last + 1);
    const moved = [...urls.keys()].filter((slot) => this.#linkOf[slot]?.url !== urls[slot]);
    const lost = groupBy(moved, (slot) => this.#linkOf[slot]);
    const gained = groupBy(moved, (slot) => urls[slot]);

    // What one node publishes to a channel stays in order: what is under way arrives by the old way before the new one is used.
    const losers = [...lost.keys()].filter((link) => link !== undefined);
    await Promise.all(losers.map((link) => link.drain()));
    if (this.#isClosed) return [];
    this.#ranges = ranges;
    for (const link of losers) link.drop(lost.get(link) ?? []);
    for (const [url, link] of this.#links) {
      if (urls.includes(url)) continue;
      link.close();
      this.#links.delete(url);
    }
    const added: RedisLink[] = [];
    for (const [url, slots] of gained) {
      let link = url === undefined ? undefined : this.#links.get(url);
      if (link === undefined && url !== undefined) {
        link = new RedisLink(url, this.#parts);
        this.#links.set(url, link);
        added.push(link);
      }
      for (const slot of slots) this.#linkOf[slot] = link;
      link?.take(slots);
    }
    for (const link of losers) link.resume();
    const masters = Array.from(this.#links.keys(), hostOf);
    this.#parts.logger.info({ masters, slots: moved.length }, 'Redis masters');
    return added;
  }
}

/** How many slots have a master. */
const covered = (ranges: readonly SlotRange[]): number =>
  ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
