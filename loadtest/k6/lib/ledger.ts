import type { Arrivals, Report } from './arrivals.ts';
import { type Shown, apply, isSame, shownOf } from './shown.ts';
import type { Change, Message, StoredMessage } from './wire.ts';

/** Buyer or seller. */
export type Side = 0 | 1;

export interface Sent {
  readonly clientMessageId: string;
  readonly content: string;
  readonly sender: Side;
  /** When it was said, in ms: not when it was sent, which may have had to wait for a connection. */
  readonly saidAt: number;
  /** How often a party had gone away before, when both were there; undefined when one was not. */
  readonly saidLive: number | undefined;
  /** How often it was sent, and when it is due again, in ms. */
  tries: number;
  dueAt: number;
  /** What the acknowledgement said. */
  ackedSeq: number | undefined;
  /** As what it arrived at each side. */
  readonly arrivedSeq: [number | undefined, number | undefined];
  messageId: string | undefined;
  /** As each side shows it; undefined when a side may have missed a change of it. */
  readonly shown: [Shown | undefined, Shown | undefined];
  /** The last edit, deletion or reaction that came; 0 when none has. */
  changedSeq: number;
}

/**
 * All that was said in a conversation, until it has been acknowledged, has arrived at both sides, and was found in the history
 * exactly once. What is settled is forgotten, so a run of hours needs no more memory than one of minutes.
 */
export class Ledger {
  readonly #report: Report;
  readonly #sent = new Map<string, Sent>();
  #unacknowledged = 0;
  #auditedTo = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  /** The history agrees up to this seq. */
  get auditedTo(): number {
    return this.#auditedTo;
  }

  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Everything was acknowledged and has arrived at both sides. */
  get isSettled(): boolean {
    for (const sent of this.#sent.values()) if (!isSettled(sent)) return false;
    return true;
  }

  add(sent: Sent): void {
    this.#sent.set(sent.clientMessageId, sent);
    this.#unacknowledged += 1;
  }

  find(clientMessageId: string): Sent | undefined {
    return this.#sent.get(clientMessageId);
  }

  /** What this side must try again now. */
  *due(sender: Side, now: number): Iterable<Sent> {
    for (const sent of this.#sent.values())
      if (sent.sender === sender && sent.ackedSeq === undefined && sent.dueAt <= now) yield sent;
  }

  /** @returns the message, when this is its first acknowledgement */
  acknowledge(clientMessageId: string, seq: number): Sent | undefined {
    const sent = this.#sent.get(clientMessageId);
    // A retry is answered too, when the message may be settled.
    if (sent === undefined) return undefined;
    if (sent.ackedSeq !== undefined) {
      if (sent.ackedSeq !== seq)
        this.#report(
          'duplicated',
          `${clientMessageId} was acknowledged as ${sent.ackedSeq} and ${seq}`,
        );
      return undefined;
    }
    sent.ackedSeq = seq;
    this.#unacknowledged -= 1;
    return sent;
  }

  /** A message that this side had not had. @returns it */
  arrive(side: Side, message: Message, seq: number): Sent | undefined {
    const { id, clientMessageId = '' } = message;
    const sent = this.#sent.get(clientMessageId);
    if (sent === undefined || sent.arrivedSeq[side] !== undefined) {
      this.#report('duplicated', `${clientMessageId} came again, as ${seq}`);
      return undefined;
    }
    sent.arrivedSeq[side] = seq;
    sent.messageId = id;
    sent.shown[side] = shownOf(message);
    return sent;
  }

  /** A change of a message that this side had not had. What is settled is not looked after any more. */
  change(side: Side, change: Change): void {
    const id = 'message' in change ? change.message.id : 'messageId' in change && change.messageId;
    for (const sent of this.#sent.values()) {
      if (sent.messageId !== id) continue;
      const before = sent.shown[side];
      sent.shown[side] = before && apply(before, change);
      sent.changedSeq = Math.max(sent.changedSeq, change.seq);
    }
  }

  /** This side may have missed changes of what it had. */
  forgetShown(side: Side): void {
    for (const sent of this.#sent.values()) sent.shown[side] = undefined;
  }

  /** What both sides have and is not settled, oldest first. */
  get recent(): readonly Sent[] {
    return [...this.#sent.values()].filter(({ shown }) => shown.every((one) => one !== undefined));
  }

  /** What should be in the history from `auditedTo` up to this seq, and is not in what was read of it: a replica may lag. */
  lacking(history: readonly StoredMessage[], upTo: number): Sent[] {
    const stored = new Set(history.map(({ clientMessageId }) => clientMessageId));
    return [...this.#sent.values()].filter((sent) => {
      const seq = seqOf(sent);
      return (
        seq !== undefined &&
        seq > this.#auditedTo &&
        seq <= upTo &&
        !stored.has(sent.clientMessageId)
      );
    });
  }

  /** What the history up to this seq shows otherwise than a side does: a replica may lag, and what is being changed may be either. */
  differing(
    history: readonly StoredMessage[],
    upTo: number,
    isChanging: (messageId: string) => boolean,
  ): Sent[] {
    return history.flatMap((message) => {
      const sent = this.#sent.get(message.clientMessageId ?? '');
      if (sent === undefined || sent.changedSeq > upTo || isChanging(message.id)) return [];
      const stored = shownOf(message);
      return sent.shown.some((shown) => shown !== undefined && !isSame(shown, stored)) ? sent : [];
    });
  }

  /**
   * Compares with the history from `auditedTo` up to this seq, which both sides have, and forgets what is settled.
   *
   * @param differing what is shown otherwise, though there was time
   */
  audit(history: readonly StoredMessage[], upTo: number, differing: readonly Sent[] = []): void {
    const stored = new Set<string>();
    for (const { seq, clientMessageId = '' } of history) {
      const sent = this.#sent.get(clientMessageId);
      if (sent === undefined || stored.has(clientMessageId) || (seqOf(sent) ?? seq) !== seq)
        this.#report('duplicated', `the history has ${clientMessageId} as ${seq}, once too often`);
      stored.add(clientMessageId);
    }
    for (const { clientMessageId } of this.lacking(history, upTo))
      this.#report('lost', `the history lacks ${clientMessageId}`);
    for (const { clientMessageId, shown } of differing)
      this.#report(
        'lost',
        `a change: the history has another ${clientMessageId} than ${JSON.stringify(shown)}`,
      );
    for (const sent of this.#sent.values())
      if (isSettled(sent) && seqOf(sent)! <= upTo) this.#sent.delete(sent.clientMessageId);
    this.#auditedTo = upTo;
  }

  /** Once all must have come: what was acknowledged as a change that a side got as something else. */
  finish(arrivals: readonly [Arrivals, Arrivals]): void {
    for (const { clientMessageId, ackedSeq, arrivedSeq } of this.#sent.values()) {
      if (ackedSeq === undefined) continue;
      for (const [side, seq] of arrivedSeq.entries())
        if (seq !== ackedSeq && arrivals[side]?.has(ackedSeq) === true)
          this.#report('lost', `${clientMessageId} is ${ackedSeq}, and came as ${seq}`);
    }
  }
}

const isSettled = ({ ackedSeq, arrivedSeq: [first, second] }: Sent): boolean =>
  ackedSeq !== undefined && ackedSeq === first && ackedSeq === second;

/** As what it was acknowledged, or has arrived. */
const seqOf = ({ ackedSeq, arrivedSeq: [first, second] }: Sent): number | undefined =>
  ackedSeq ?? first ?? second;
