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

/** The other nodes, by their heartbeats on the bus. Calls `onLoss` whenever one may have left something unpublished. */
export class Peers {
  readonly #id = randomUUID();
  readonly #bus: Bus;
  readonly #onLoss: () => void;
  readonly #logger: Logger;
  /** When each was last heard, by {@link performance.now}. */
  readonly #heard = new Map<string, number>();
  /** Those that went silent. One that comes back was not dead, and may have written meanwhile. */
  readonly #silent = new Set<string>();

  constructor(bus: Bus, onLoss: () => void, logger: Logger, disposer: Disposer) {
    this.#bus = bus;
    this.#onLoss = onLoss;
    this.#logger = logger;
    bus.provideChannels(() => [NODES_CHANNEL]);
    bus.onMessage((channel, payload) => {
      if (isNodesChannel(channel)) this.#onWord(payload.toString('latin1'));
    });
    bus.onGap(() => {
      // Nobody could be heard meanwhile.
      for (const id of this.#heard.keys()) this.#heard.set(id, performance.now());
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

  #say(word: Word): void {
    this.#bus.publish(NODES_CHANNEL, `${this.#id} ${word}`);
  }

  #onWord(text: string): void {
    const [id = '', word] = text.split(' ', 2);
    if (id === this.#id) return;
    if (word === 'bye') {
      this.#heard.delete(id);
      return;
    }
    this.#heard.set(id, performance.now());
    if (this.#silent.delete(id) || word === 'gap') this.#onLoss();
  }

  #tick(): void {
    this.#say('alive');
    if (!this.#bus.isConnected) return;
    const limit = performance.now() - SILENCE_MS;
    for (const [id, at] of this.#heard) {
      if (at > limit) continue;
      this.#heard.delete(id);
      if (this.#silent.size < MAX_REMEMBERED) this.#silent.add(id);
      this.#logger.warn({ node: id }, 'another node has gone silent');
      this.#onLoss();
    }
  }
}
