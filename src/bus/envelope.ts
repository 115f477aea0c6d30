import { UUID_LENGTH } from '../lib/uuid.ts';

/**
 * What travels on a conversation's channel: a short header and the frame exactly as clients get it, so that no node
 * parses JSON again. `42 {"type":"new_message",…}` is change 42; `!<user id> {"type":"typing_notify",…}` is for the
 * party that is not that user, and is not numbered. `~42 <traceparent>` comes before change 42 of which a trace is made:
 * a message of its own, so that nodes that make none, or are older, still know the change.
 */
export type Envelope =
  | { readonly kind: 'change'; readonly seq: number; readonly frame: Buffer }
  | { readonly kind: 'notice'; readonly exceptUserId: string; readonly frame: Buffer }
  /** @see {@link Tracer} for `traceparent` */
  | { readonly kind: 'trace'; readonly seq: number; readonly traceparent: string };

const SPACE = 0x20;
const EXCLAMATION = 0x21;
const TILDE = 0x7e;
const ZERO = 0x30;

export const encodeChange = (seq: number, frame: string): string => `${seq} ${frame}`;

export const encodeNotice = (exceptUserId: string, frame: string): string =>
  `!${exceptUserId} ${frame}`;

export const encodeTrace = (seq: number, traceparent: string): string => `~${seq} ${traceparent}`;

/** @returns views into `payload`; `undefined` when it is not of ours */
export function decodeEnvelope(payload: Buffer): Envelope | undefined {
  if (payload[0] === EXCLAMATION) {
    const end = 1 + UUID_LENGTH;
    if (payload[end] !== SPACE) return undefined;
    return {
      kind: 'notice',
      exceptUserId: payload.toString('latin1', 1, end),
      frame: payload.subarray(end + 1),
    };
  }
  const isTrace = payload[0] === TILDE;
  let seq = 0;
  for (let i = isTrace ? 1 : 0; i < payload.length; i += 1) {
    const byte = payload[i] ?? 0;
    if (byte === SPACE) {
      if (seq === 0) return undefined;
      return isTrace
        ? { kind: 'trace', seq, traceparent: payload.toString('latin1', i + 1) }
        : { kind: 'change', seq, frame: payload.subarray(i + 1) };
    }
    if (byte < ZERO || byte > ZERO + 9) return undefined;
    seq = seq * 10 + (byte - ZERO);
  }
  return undefined;
}
