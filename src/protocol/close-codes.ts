/**
 * WebSocket close codes (RFC 6455, section 7.4). 4400 and 4401 ask the client to mend something first; after
 * 1012, 4408 and 4429 it reconnects with its cursor.
 */
export const CloseCode = {
  /** A frame above MAX_FRAME_BYTES. */
  tooBig: 1009,
  /** The node is draining: reconnect with jitter. */
  restarting: 1012,
  /** A binary frame, or MAX_INVALID_FRAMES invalid frames in a row. */
  badFrames: 4400,
  /** The token expired. */
  unauthenticated: 4401,
  /** More than MAX_UNDELIVERED_MESSAGES waited, or nothing was written for WRITE_TIMEOUT_MS. */
  tooSlow: 4408,
  /** Too many frames or sockets (src/limits/rates.ts), or more than MAX_EARLY_BYTES before `connected`. */
  tooMany: 4429,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
