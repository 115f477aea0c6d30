import { type Bus, PRESENCE_CHANNEL, isPresenceChannel } from '../bus/bus.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Peers } from './peers.ts';
import type { Departure, Picture } from './picture.ts';
import { type PresenceWord, decodeWord, encodeWord } from './presence-words.ts';

/** Between two batches of changes, in milliseconds; the first after a while goes at once. */
const CHANGES_MS = 250;
/** Changes or people in one message. */
const CHUNK = 500;
/** How soon a loss is noticed, in milliseconds. */
const DIGEST_MS = 2_000;
/** Between two times that all are named, however many ask, in milliseconds. */
const ALL_MS = 1_000;

export interface GossipParts {
  readonly bus: Bus;
  readonly peers: Peers;
  readonly picture: Picture;
  /** Somebody wants to be seen no more, or again. Word comes at once, and not always. */
  readonly onHide: (id: string, isHidden: boolean) => void;
}

/**
 * Tells the other nodes who is on this one, and makes a picture of what they tell: soft state over one channel, with one small
 * part in a message for each change, whatever the number of conversations. The bus may lose anything: each node says a digest of
 * who is there every {@link DIGEST_MS}, and whoever has another picture of it asks for all.
 */
export class Gossip {
  readonly #parts: GossipParts;
  readonly #me: string;
  /** What the others have not been told yet: the newest of each. */
  #changes = new Map<string, Departure | undefined>();
  #isAsked = false;
  #saidAt = -Infinity;
  #saidAllAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  /** What has come of all that a node names. */
  readonly #begun = new Map<string, string[]>();
  #hasLeft = false;

  constructor(parts: GossipParts, disposer: Disposer) {
    this.#parts = parts;
    this.#me = parts.peers.id;
    const { bus } = parts;
    bus.provideChannels(() => [PRESENCE_CHANNEL]);
    bus.onMessage((channel, payload) => {
      if (isPresenceChannel(channel)) this.#onMessage(payload);
    });
    bus.onGap(() => this.#catchUp());
    const digests = setInterval(() => this.#sayDigest(), DIGEST_MS);
    disposer.defer(() => {
      clearInterval(digests);
      clearTimeout(this.#timer);
    });
  }

  async join(): Promise<void> {
    await this.#parts.bus.subscribe([PRESENCE_CHANNEL]);
    this.#catchUp();
  }

  /** Says what is left to say, and then no more. */
  leave(): void {
    this.#sayChanges();
    this.#hasLeft = true;
  }

  arrived(id: string): void {
    this.#parts.picture.arrive(this.#me, id);
    this.#change(id, undefined);
  }

  departed(id: string, departure: Departure): void {
    this.#parts.picture.depart(this.#me, id, departure);
    this.#change(id, departure);
  }

  /** Reaches all nodes, this one too, in {@link GossipParts.onHide}. */
  hide(id: string, isHidden: boolean): void {
    this.#say({ kind: isHidden ? 'hide' : 'show', id });
  }

  nodeGone(node: string): string[] {
    this.#begun.delete(node);
    return this.#parts.picture.drop(node);
  }

  #change(id: string, departure: Departure | undefined): void {
    this.#changes.set(id, departure);
    this.#sayLater();
  }

  /** Others may have missed what this node said, and this one what they did. */
  #catchUp(): void {
    this.#say({ kind: 'ask', node: undefined });
    this.#isAsked = true;
    this.#sayLater();
  }

  #sayLater(): void {
    const wait = Math.max(0, this.#saidAt + CHANGES_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#saidAt = performance.now();
      this.#sayChanges();
      this.#sayAll();
    }, wait);
  }

  #sayChanges(): void {
    const changes = [...this.#changes].map(([id, departure]) => ({ id, departure }));
    this.#changes.clear();
    for (let i = 0; i < changes.length; i += CHUNK)
      this.#say({ kind: 'changes', changes: changes.slice(i, i + CHUNK) });
  }

  /** In one turn, so that no change comes between. */
  #sayAll(): void {
    if (!this.#isAsked) return;
    if (performance.now() - this.#saidAllAt < ALL_MS) {
      this.#sayLater();
      return;
    }
    this.#isAsked = false;
    this.#saidAllAt = performance.now();
    const ids = [...this.#parts.picture.idsOn(this.#me)];
    const count = Math.max(1, Math.ceil(ids.length / CHUNK));
    for (let index = 0; index < count; index += 1)
      this.#say({ kind: 'part', index, count, ids: ids.slice(index * CHUNK, (index + 1) * CHUNK) });
  }

  #sayDigest(): void {
    if (!this.#parts.bus.isConnected) return;
    // What is not said yet is in it.
    this.#sayChanges();
    this.#say({ kind: 'digest', digest: this.#parts.picture.digest(this.#me) });
  }

  #say(word: PresenceWord): void {
    if (!this.#hasLeft) this.#parts.bus.publish(PRESENCE_CHANNEL, encodeWord(this.#me, word));
  }

  #onMessage(payload: Buffer): void {
    const { node, word } = decodeWord(payload);
    if (word === undefined) return;
    if (word.kind === 'hide' || word.kind === 'show') {
      this.#parts.onHide(word.id, word.kind === 'hide');
      return;
    }
    if (node === this.#me) return;
    this.#parts.peers.expect(node);
    if (word.kind !== 'part') this.#begun.delete(node);
    switch (word.kind) {
      case 'changes':
        for (const { id, departure } of word.changes)
          if (departure === undefined) this.#parts.picture.arrive(node, id);
          else this.#parts.picture.depart(node, id, departure);
        return;
      case 'part':
        this.#onPart(node, word);
        return;
      case 'ask':
        if (word.node !== undefined && word.node !== this.#me) return;
        this.#isAsked = true;
        this.#sayLater();
        return;
      case 'digest': {
        const { count, hash } = this.#parts.picture.digest(node);
        if (count !== word.digest.count || hash !== word.digest.hash)
          this.#say({ kind: 'ask', node });
      }
    }
  }

  #onPart(node: string, { index, count, ids }: Extract<PresenceWord, { kind: 'part' }>): void {
    const begun = index === 0 ? [] : this.#begun.get(node);
    // One is missing: the next digest will show it.
    if (begun === undefined || begun.length !== index * CHUNK) return;
    // Each part by itself: all at once would hold up what else is to be done here.
    for (const id of ids) {
      begun.push(id);
      this.#parts.picture.arrive(node, id);
    }
    this.#begun.set(node, begun);
    if (index < count - 1) return;
    this.#begun.delete(node);
    this.#parts.picture.keepOnly(node, begun, 'unknown');
  }
}
