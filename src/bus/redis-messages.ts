import type { Redis } from 'ioredis';
import type { BusListener } from './bus.ts';

/**
 * Brings the messages of a connection's subscriptions, past ioredis, which spends several times as long on each
 * (docs/performance.md): every message of a conversation comes to every node that serves it. All else stays ioredis's.
 */
export function takeMessages(subscriber: Redis, kind: MessageKind, onMessage: BusListener): void {
  // Before the first byte of each new connection has come.
  subscriber.on('connect', () => {
    const { stream } = subscriber;
    const [decode] = stream.listeners('data');
    if (decode === undefined) throw new Error('ioredis does not read its connection as it did');
    const onOther = (bytes: Buffer): unknown => Reflect.apply(decode, stream, [bytes]);
    const reader = new MessageReader(kind, onMessage, onOther);
    stream.prependListener('data', (chunk: Buffer) => reader.read(chunk));
    stream.removeListener('data', decode as (chunk: Buffer) => void);
  });
}

/** What Redis calls a message: one of a cluster's shard is an `smessage`. */
export type MessageKind = 'message' | 'smessage';

/** How a message goes on after its type; its channel's length follows. */
const beginningOf = (kind: MessageKind): Buffer =>
  Buffer.from(`3\r\n$${kind.length}\r\n${kind}\r\n$`);
const CR = 0x0d;
const ZERO = 0x30;
const INCOMPLETE = -1;

const code = (type: string): number => type.charCodeAt(0);
const PUSH = code('>');
/** What RESP2, which has no push, sends instead: nothing else on such a connection looks like a message. */
const ARRAY = code('*');
/** Of types whose first line counts the bytes that follow. */
const BLOBS = new Set(['$', '=', '!'].map(code));
/** Of types whose first line counts the replies that follow, or pairs of them. */
const LISTS = new Set([PUSH, ARRAY, code('~')]);
const MAPS = new Set(['%', '|'].map(code));

/** Parts the messages from the other replies in what Redis sends. */
export class MessageReader {
  readonly #beginning: Buffer;
  readonly #onMessage: BusListener;
  readonly #onOther: (reply: Buffer) => void;
  /** A reply whose end has not come yet. */
  #begun: Buffer | undefined;

  /** @param onMessage gets views that are valid only during the call */
  constructor(kind: MessageKind, onMessage: BusListener, onOther: (reply: Buffer) => void) {
    this.#beginning = beginningOf(kind);
    this.#onMessage = onMessage;
    this.#onOther = onOther;
  }

  read(chunk: Buffer): void {
    const bytes = this.#begun === undefined ? chunk : Buffer.concat([this.#begun, chunk]);
    this.#begun = undefined;
    let at = 0;
    while (at < bytes.length) {
      const end = this.#isMessage(bytes, at) ? this.#message(bytes, at) : this.#other(bytes, at);
      if (end === INCOMPLETE) break;
      at = end;
    }
    if (at < bytes.length) this.#begun = bytes.subarray(at);
  }

  #isMessage(bytes: Buffer, at: number): boolean {
    if (bytes[at] !== PUSH && bytes[at] !== ARRAY) return false;
    const beginning = this.#beginning;
    for (let i = 0; i < beginning.length; i += 1)
      if (bytes[at + 1 + i] !== beginning[i]) return false;
    return true;
  }

  #message(bytes: Buffer, at: number): number {
    const lengthAt = at + 1 + this.#beginning.length;
    const channelAt = nextLine(bytes, lengthAt);
    if (channelAt === INCOMPLETE) return INCOMPLETE;
    const channelEnd = channelAt + numberAt(bytes, lengthAt);
    // Behind it: CR, LF, $.
    const payloadAt = nextLine(bytes, channelEnd + 3);
    if (payloadAt === INCOMPLETE) return INCOMPLETE;
    const payloadEnd = payloadAt + numberAt(bytes, channelEnd + 3);
    if (payloadEnd + 2 > bytes.length) return INCOMPLETE;
    this.#onMessage(bytes.subarray(channelAt, channelEnd), bytes.subarray(payloadAt, payloadEnd));
    return payloadEnd + 2;
  }

  #other(bytes: Buffer, at: number): number {
    const end = endOf(bytes, at);
    if (end !== INCOMPLETE) this.#onOther(bytes.subarray(at, end));
    return end;
  }
}

/** Where the line after this one begins, once it has. */
function nextLine(bytes: Buffer, at: number): number {
  for (let i = at; i + 1 < bytes.length; i += 1) if (bytes[i] === CR) return i + 2;
  return INCOMPLETE;
}

/** The number up to the line's end: -1 for a null, which other replies may have. */
function numberAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let i = at; bytes[i] !== CR; i += 1) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (digit < 0) return -1;
    value = 10 * value + digit;
  }
  return value;
}

/** Where a reply of any type ends. */
function endOf(bytes: Buffer, at: number): number {
  let end = nextLine(bytes, at);
  if (end === INCOMPLETE) return INCOMPLETE;
  const type = bytes[at] ?? 0;
  const count = numberAt(bytes, at + 1);
  if (BLOBS.has(type)) {
    if (count >= 0) end += count + 2;
    return end <= bytes.length ? end : INCOMPLETE;
  }
  const replies = LISTS.has(type) ? count : MAPS.has(type) ? 2 * count : 0;
  for (let i = 0; i < replies; i += 1) {
    end = endOf(bytes, end);
    if (end === INCOMPLETE) return INCOMPLETE;
  }
  return end;
}
