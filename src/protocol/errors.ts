/** Every error a client can be answered with. The text of `not_authorized` is seed and never changes. */
export type ErrorCode =
  | 'not_authorized'
  | 'invalid_message'
  | 'message_too_large'
  | 'unknown_type'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable';

/** An error whose text is meant for the client. Anything else that is thrown never reaches a client as text. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;
  /** When a retry makes sense, in milliseconds from now. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number },
  ) {
    super(message, { cause: options?.cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Not a party, or no such conversation: one answer for both, so that ids can't be probed. */
export const notAuthorized = () =>
  new ProtocolError('not_authorized', 'not authorized for this conversation');

/** @param message names the field and says what it must be. */
export const invalidMessage = (message: string) => new ProtocolError('invalid_message', message);

export const messageTooLarge = () =>
  new ProtocolError('message_too_large', 'content must be at most 4096 bytes');

export const unknownType = () => new ProtocolError('unknown_type', 'unknown message type');

export const clientMessageIdConflict = () =>
  new ProtocolError('conflict', 'clientMessageId was already used for another message');

/** The message, or the file, is not as it would have to be for that. @param message says what is in the way */
export const conflict = (message: string) => new ProtocolError('conflict', message);

/** PostgreSQL is away or overloaded, or something broke. What was asked for was not done, or not confirmed: a retry with
 * the same `clientMessageId` finds out. */
export const unavailable = (cause?: unknown) =>
  new ProtocolError('unavailable', 'temporarily unavailable, retry', {
    cause,
    retryAfterMs: 1_000,
  });

/** @param retryAfterMs when it will be allowed again, in milliseconds from now */
export const rateLimited = (what: LimitedThing, retryAfterMs: number) =>
  new ProtocolError('rate_limited', `too many ${what}`, { retryAfterMs });

type LimitedThing = 'messages' | 'requests' | 'connections' | 'new conversations' | 'files';

/** Maps whatever was thrown to what a client may see. */
export const toProtocolError = (error: unknown): ProtocolError =>
  error instanceof ProtocolError ? error : unavailable(error);
