import type { Arrivals, Report } from './arrivals.ts';
import type { StoredMessage } from './wire.ts';

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

  /** A change that this side had not had. @returns the message */
  arrive(side: Side, clientMessageId: string | undefined, seq: number): Sent | undefined {
    const sent = this.#sent.get(clientMessageId ?? '');
    if (sent === undefined || sent.arrivedSeq[side] !== undefined) {
      this.#report('duplicated', `${clientMessageId} came again, as ${seq}`);
      return undefined;
    }
    sent.arrivedSeq[side] = seq;
    return sent;
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

  /** Compares with the history from `auditedTo` up to this seq, which both sides have, and forgets what is settled. */
  audit(history: readonly StoredMessage[], upTo: number): void {
    const stored = new Set<string>();
    for (const { seq, clientMessageId = '' } of history) {
      const sent = this.#sent.get(clientMessageId);
      if (sent === undefined || stored.has(clientMessageId) || (seqOf(sent) ?? seq) !== seq)
        this.#report('duplicated', `the history has ${clientMessageId} as ${seq}, once too often`);
      stored.add(clientMessageId);
    }
    for (const { clientMessageId } of this.lacking(history, upTo))
      this.#report('lost', `the history lacks ${clientMessageId}`);
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
