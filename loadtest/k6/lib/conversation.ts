import { check } from 'k6';
import { Arrivals, type Violation } from './arrivals.ts';
import type { Api } from './api.ts';
import type { User } from './identity.ts';
import { Ledger, type Sent, type Side } from './ledger.ts';
import { tell } from './log.ts';
import * as metrics from './metrics.ts';
import { type Listener, type Missed, Party } from './party.ts';
import { sleep, until } from './wait.ts';
import { Wishes } from './wishes.ts';
import type { Answer, Change, Message } from './wire.ts';

/** How long an answer may take before the message is sent again, in ms. */
const ANSWER_MS = 3_000;
/** How many messages are answered with `mark_read`, and how many are announced by `typing`. */
const READS = 0.2;
const TYPES = 0.1;
const POLL_MS = 100;
/** Errors that ask to try again. All others mean that something is wrong with the run. */
const PASSING = new Set(['unavailable', 'rate_limited']);

export interface ConversationOptions {
  readonly id: string;
  readonly users: readonly [User, User];
  /** In the order in which each side tries them. */
  readonly urls: readonly [readonly string[], readonly string[]];
  /** Of the buyer, for what is read over REST. */
  readonly api: Api;
}

/** A buyer and a seller, and what each must see of what both say. */
export class Conversation {
  readonly parties: readonly [Party, Party];
  readonly #ledger: Ledger;
  readonly #arrivals: readonly [Arrivals, Arrivals];
  readonly #options: ConversationOptions;
  readonly #wishes = new Wishes();
  #said = 0;
  #refused = 0;
  /** How often a party has gone away. */
  #breaks = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const report = (violation: Violation, evidence: string, count = 1): void => {
      metrics.broken[violation].add(count);
      tell(`${violation}: ${options.id} ${evidence}`);
    };
    this.#ledger = new Ledger(report);
    const arrivalsOf = (side: string): Arrivals =>
      new Arrivals((violation, evidence, count) =>
        report(violation, `${side}: ${evidence}`, count),
      );
    this.#arrivals = [arrivalsOf('buyer'), arrivalsOf('seller')];
    this.parties = [this.#partyOf(0), this.#partyOf(1)];
  }

  get isLive(): boolean {
    return this.parties.every((party) => party.isLive);
  }

  say(sender: Side): void {
    this.#said += 1;
    const now = Date.now();
    const sent: Sent = {
      clientMessageId: `${sender}-${this.#said}`,
      content: `message ${this.#said}`,
      sender,
      saidAt: now,
      saidLive: this.isLive ? this.#breaks : undefined,
      tries: 0,
      dueAt: now,
      ackedSeq: undefined,
      arrivedSeq: [undefined, undefined],
      messageId: undefined,
      shown: [undefined, undefined],
      changedSeq: 0,
    };
    this.#ledger.add(sent);
    metrics.sent.add(1);
    if (Math.random() < TYPES)
      this.parties[sender].send({ type: 'typing', conversationId: this.#options.id });
    this.#transmit(sent, now);
  }

  /** Edits, deletes or reacts, when the last such wish of this side has been seen done. */
  change(side: Side): void {
    const { id } = this.#options.users[side];
    if (this.#wishes.make(side, id, this.#ledger.recent)) metrics.changes.add(1);
    this.#ask(side, Date.now());
  }

  /** To be called several times a second. */
  tick(now: number): void {
    for (const side of [0, 1] as const) {
      this.parties[side].tick(now);
      if (!this.parties[side].isConnected) continue;
      for (const sent of this.#ledger.due(side, now)) this.#transmit(sent, now);
      this.#ask(side, now);
    }
  }

  /** Up to this seq both sides have everything. */
  get reached(): number {
    return Math.min(this.#arrivals[0].last, this.#arrivals[1].last);
  }

  /** Compares with the history up to this seq, which both sides have. What is not there yet may come until the deadline. */
  async audit(upTo: number, deadline: number): Promise<void> {
    const { id, api } = this.#options;
    const read = () => api.readHistory(id, this.#ledger.auditedTo, upTo);
    const differing = () =>
      this.#ledger.differing(history, upTo, (messageId) => this.#wishes.isOpen(messageId));
    let history = await read();
    while (
      (this.#ledger.lacking(history, upTo).length > 0 || differing().length > 0) &&
      Date.now() < deadline
    ) {
      await sleep(POLL_MS);
      history = await read();
    }
    this.#ledger.audit(history, upTo, differing());
  }

  /** When nothing is said any more: waits until everything has arrived, and counts what has not by the deadline. */
  async settle(deadline: number): Promise<void> {
    const { id, api } = this.#options;
    const isDone = () => this.#ledger.isSettled && this.#wishes.open === 0 && this.isLive;
    await until(isDone, deadline);
    // A last receipt, which has no acknowledgement, may be under way.
    let seq = -1;
    for (let next = 0; next > seq; next = await api.readSeq(id)) {
      seq = next;
      await until(() => this.reached >= seq, deadline);
      await sleep(POLL_MS);
    }
    await this.audit(seq, deadline);
    this.#ledger.finish(this.#arrivals);
    for (const arrivals of this.#arrivals) arrivals.finish(seq);
    metrics.unacknowledged.add(this.#ledger.unacknowledged + this.#wishes.open);
    check(this, {
      'no frame was refused': () => this.#refused === 0,
      'both parties are connected at the end': () => this.isLive,
    });
    metrics.settled.add(1);
  }

  #partyOf(side: Side): Party {
    const arrivals = this.#arrivals[side];
    const listener: Listener = {
      onConnected: () => {
        arrivals.startSocket();
        // The answers went with the socket before: `tick` tries all again.
        for (const sent of this.#ledger.due(side, Number.POSITIVE_INFINITY)) sent.dueAt = 0;
        this.#wishes.postpone(side, 0);
      },
      onChange: (change) => this.#onChange(side, change),
      onAnswer: (answer) => this.#onAnswer(side, answer),
      onAway: () => (this.#breaks += 1),
      readMissed: () => this.#readMissed(side),
      onMissed: (missed) => this.#onMissed(side, missed),
    };
    const { users, urls } = this.#options;
    return new Party({ user: users[side], urls: urls[side], listener });
  }

  #transmit(sent: Sent, now: number): void {
    const { clientMessageId, content, sender } = sent;
    const { id: conversationId } = this.#options;
    const frame = { type: 'send_message', conversationId, content, clientMessageId };
    if (!this.parties[sender].send(frame)) return;
    sent.dueAt = now + ANSWER_MS;
    sent.tries += 1;
    if (sent.tries > 1) metrics.resent.add(1);
  }

  #ask(side: Side, now: number): void {
    const wish = this.#wishes.due(side, now);
    const frame = { ...wish, conversationId: this.#options.id };
    if (wish !== undefined && this.parties[side].send(frame))
      this.#wishes.postpone(side, now + ANSWER_MS);
  }

  #onChange(side: Side, change: Change): void {
    if (!this.#arrivals[side].note(change.seq)) return;
    const { id: userId } = this.#options.users[side];
    this.#wishes.onChange(side, userId, change);
    if (change.type !== 'new_message') {
      this.#ledger.change(side, change);
      return;
    }
    const { id: messageId, senderId } = change.message;
    this.#onMessage(side, change.message, change.seq);
    if (senderId === userId || Math.random() > READS) return;
    const { conversationId } = change;
    this.parties[side].send({ type: 'mark_read', conversationId, messageId });
  }

  #onMessage(side: Side, message: Message, seq: number): void {
    const sent = this.#ledger.arrive(side, message, seq);
    if (sent === undefined) return;
    metrics.delivered.add(1);
    if (sent.sender === side) return;
    const path = sent.saidLive === this.#breaks ? 'live' : 'resumed';
    metrics.deliveryMs.add(Date.now() - sent.saidAt, { path });
  }

  #onAnswer(side: Side, answer: Answer): void {
    if (answer.type === 'message_ack') {
      const sent = this.#ledger.acknowledge(answer.clientMessageId, answer.seq);
      if (sent !== undefined) metrics.ackMs.add(Date.now() - sent.saidAt);
      return;
    }
    metrics.errors.add(1, { code: answer.code });
    const sent = this.#ledger.find(answer.clientMessageId ?? '');
    const again = Date.now() + (answer.retryAfterMs ?? ANSWER_MS);
    if (PASSING.has(answer.code) && sent !== undefined) sent.dueAt = again;
    else if (PASSING.has(answer.code)) this.#wishes.postpone(side, again);
    // The other side may delete what this one reacts to.
    else if (answer.request === 'add_reaction' && answer.code === 'conflict')
      this.#wishes.drop(side);
    else {
      this.#refused += 1;
      tell(`refused: ${this.#options.id} ${answer.request}: ${answer.code}`);
    }
  }

  async #readMissed(side: Side): Promise<Missed> {
    const { id, api } = this.#options;
    const after = this.#arrivals[side].last;
    const upTo = await api.readSeq(id);
    return { upTo, messages: await api.readHistory(id, after, upTo) };
  }

  #onMissed(side: Side, { upTo, messages }: Missed): void {
    this.#ledger.forgetShown(side);
    this.#wishes.drop(side);
    for (const message of messages) this.#onMessage(side, message, message.seq);
    this.#arrivals[side].skipTo(upTo);
  }
}
