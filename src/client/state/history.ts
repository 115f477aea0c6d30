import type { StoredMessage } from '../types.ts';
import { renew } from './messages.ts';

/** The stored messages of a conversation that are loaded: in order of seq, and from the oldest one on without holes. */
export class History {
  /** Never mutated. */
  messages: readonly StoredMessage[] = [];
  hasOlder = true;
  /** Whether there has been a page; until then there are only those that came meanwhile. */
  isLoaded = false;
  /** Up to where the other party has read one's own, and one has read theirs. */
  readonly #read = { own: 0, others: 0 };
  /** A receipt for a message that is not loaded. */
  readonly #unplaced: { own?: string; others?: string } = {};
  readonly #isOwn: (message: StoredMessage) => boolean;

  constructor(isOwn: (message: StoredMessage) => boolean) {
    this.#isOwn = isOwn;
  }

  /** A message that came alone. */
  insert(message: StoredMessage): void {
    const { messages } = this;
    let at = messages.length;
    while ((messages[at - 1]?.seq ?? 0) > message.seq) at -= 1;
    if (messages[at - 1]?.seq === message.seq) return;
    // Between it and the oldest one there may be others.
    if (at === 0 && this.isLoaded && this.hasOlder) return;
    // `concat` is much faster than `toSpliced` and the like, and mostly it is the last one.
    const before = at === messages.length ? messages : messages.slice(0, at);
    this.messages = before.concat(this.#marked(message), messages.slice(at));
  }

  /**
   * What was read over REST, oldest first: it is all there is from its first to its last.
   *
   * @param isAll there are none before
   * @param replaces nor is it known what lies between it and what was loaded before
   */
  merge(page: readonly StoredMessage[], isAll: boolean, replaces = false): void {
    const first = page[0]?.seq ?? 0;
    const last = page.at(-1)?.seq ?? 0;
    for (const message of page)
      if (message.status === 'read')
        this.#raise(this.#isOwn(message) ? 'own' : 'others', message.seq);
    const known = new Map(this.messages.map((message) => [message.seq, message]));
    const before = replaces ? [] : this.messages.filter(({ seq }) => seq < first);
    const after = this.messages.filter(({ seq }) => seq > last);
    const between = page.map((message) => renew(known.get(message.seq), this.#marked(message)));
    this.messages = [...before, ...between, ...after];
    if (before.length === 0) this.hasOlder = !isAll;
    this.isLoaded = true;
    for (const side of SIDES) {
      const id = this.#unplaced[side];
      if (id !== undefined) this.receipt(side, id);
    }
  }

  /** Those of that side are read, up to that one. */
  receipt(side: Side, messageId: string): void {
    const seq = this.find(messageId)?.seq;
    if (seq === undefined) this.#unplaced[side] = messageId;
    else {
      delete this.#unplaced[side];
      this.#raise(side, seq);
    }
  }

  find(messageId: string): StoredMessage | undefined {
    return this.messages.findLast(({ id }) => id === messageId);
  }

  /** Changes that one, when it is loaded; all others stay the objects they are. */
  update(messageId: string, change: (message: StoredMessage) => StoredMessage): void {
    const at = this.messages.findLastIndex(({ id }) => id === messageId);
    const old = this.messages[at];
    const now = old && change(old);
    if (now && now !== old) this.messages = this.messages.with(at, now);
  }

  #raise(side: Side, seq: number): void {
    const from = this.#read[side];
    if (seq <= from) return;
    this.#read[side] = seq;
    let { length: at } = this.messages;
    while ((this.messages[at - 1]?.seq ?? 0) > from) at -= 1;
    const newer = this.messages.slice(at).map((message) => this.#marked(message));
    this.messages = this.messages.slice(0, at).concat(newer);
  }

  #marked(message: StoredMessage): StoredMessage {
    const upTo = this.#read[this.#isOwn(message) ? 'own' : 'others'];
    return message.status === 'sent' && message.seq <= upTo
      ? { ...message, status: 'read' }
      : message;
  }
}

/** Whose messages. */
export type Side = 'own' | 'others';
const SIDES = ['own', 'others'] as const;
