import { randomUUID } from 'node:crypto';
import { type Bus, NODES_CHANNEL, isNodesChannel } from '../bus/bus.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';

const INTERVAL_MS = 1_000;
/** A node not heard for this long may have died between a COMMIT and its PUBLISH. */
const SILENCE_MS = 3_500;
const MAX_REMEMBERED = 1_000;

/**
 * `alive`: every second. `gap`: what I published lately may not have arrived. `bye`: all that I wrote is published.
 */
type Word = 'alive' | 'gap' | 'bye';

export interface PeersEvents {
  /** A node may have left something unpublished. */
  onLoss(): void;
  /** Nobody is on that node any more. @param isDead it went silent, without goodbye */
  onGone(id: string, isDead: boolean): void;
}

/** The other nodes, by their heartbeats on the bus. */
export class Peers {
  /** This node's own. */
  readonly id: string = randomUUID();
  readonly #bus: Bus;
  readonly #events: PeersEvents;
  readonly #logger: Logger;
  /** When each was last heard, by {@link performance.now}. */
  readonly #heard = new Map<string, number>();
  /** Those that went silent. One that comes back was not dead, and may have written meanwhile. */
  readonly #silent = new Set<string>();

  #tickedAt = performance.now();

  constructor(bus: Bus, events: PeersEvents, logger: Logger, disposer: Disposer) {
    this.#bus = bus;
    this.#events = events;
    this.#logger = logger;
    bus.provideChannels(() => [NODES_CHANNEL]);
    bus.onMessage((channel, payload) => {
      if (isNodesChannel(channel)) this.#onWord(payload.toString('latin1'));
    });
    bus.onGap(() => {
      this.#forgive();
      this.#say('gap');
    });
    const timer = setInterval(() => this.#tick(), INTERVAL_MS);
    disposer.defer(() => clearInterval(timer));
  }

  async join(): Promise<void> {
    await this.#bus.subscribe([NODES_CHANNEL]);
    this.#say('alive');
  }

  /** Call it when everything written here has been published: then nobody needs to look. */
  leave(): void {
    this.#say('bye');
  }

  /** A node was heard elsewhere: should it be silent from now on, it will be missed. */
  expect(id: string): void {
    if (!this.#heard.has(id)) this.#heard.set(id, performance.now());
  }

  /** Whether this node does what one of all has to do. */
  get isFirst(): boolean {
    for (const id of this.#heard.keys()) if (id < this.id) return false;
    return true;
  }

  #say(word: Word): void {
    this.#bus.publish(NODES_CHANNEL, `${this.id} ${word}`);
  }

  /** Nobody could be heard meanwhile. */
  #forgive(): void {
    for (const id of this.#heard.keys()) this.#heard.set(id, performance.now());
  }

  #onWord(text: string): void {
    const [id = '', word] = text.split(' ', 2);
    if (id === this.id) return;
    if (word === 'bye') {
      this.#heard.delete(id);
      this.#events.onGone(id, false);
      return;
    }
    this.#heard.set(id, performance.now());
    if (this.#silent.delete(id) || word === 'gap') this.#events.onLoss();
  }

  #tick(): void {
    this.#say('alive');
    const now = performance.now();
    // This node itself was stopped for a while, and what it was sent is still to be read.
    if (now - this.#tickedAt > SILENCE_MS) this.#forgive();
    this.#tickedAt = now;
    if (!this.#bus.isConnected) return;
    const limit = now - SILENCE_MS;
    const gone = [...this.#heard].flatMap(([id, at]) => (at > limit ? [] : [id]));
    // All of them first: one that is gone too is not the one of all that has anything to do.
    for (const id of gone) this.#heard.delete(id);
    for (const id of gone) {
      if (this.#silent.size < MAX_REMEMBERED) this.#silent.add(id);
      this.#logger.warn({ node: id }, 'another node has gone silent');
      this.#events.onLoss();
      this.#events.onGone(id, true);
    }
  }
}
