import { CloseCode } from '../protocol/close-codes.ts';

const REASONS = {
  [CloseCode.tooBig]: 'too_big',
  [CloseCode.restarting]: 'restarting',
  [CloseCode.badFrames]: 'bad_frames',
  [CloseCode.unauthenticated]: 'unauthenticated',
  [CloseCode.tooSlow]: 'too_slow',
  [CloseCode.tooMany]: 'too_many',
} as const satisfies Record<CloseCode, string>;

/** `peer`: a close frame came. `lost`: the connection went without one, or no pong came. */
export type CloseReason = (typeof REASONS)[CloseCode] | 'peer' | 'lost';

/** No close frame was received (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;

/**
 * @param ours why this node ended it
 * @param code as uWebSockets.js tells it: a peer may name any
 */
export const closeReason = (ours: CloseCode | undefined, code: number): CloseReason =>
  ours === undefined ? (code === ABNORMAL ? 'lost' : 'peer') : REASONS[ours];
