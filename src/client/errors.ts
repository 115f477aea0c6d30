import type { ErrorCode as WireErrorCode } from '../protocol/errors.ts';

/**
 * What can go wrong, as a literal:
 * - what the server answers (docs/protocol.md): `not_authorized`, `invalid_message`, `message_too_large`, `unknown_type`, `conflict`,
 *   `rate_limited`, `unavailable`, and over REST `unauthenticated`, `forbidden_origin`, `attachment_too_large`;
 * - `network`: no answer at all;
 * - `invalid_token`: what the token provider gave is no JWT with `sub` and `exp`, or is another user's;
 * - `token_provider`: the token provider failed; `cause` says how;
 * - `too_many_connections`: closed with 4429, comes back after a minute;
 * - `bad_answer`: what came is not of this protocol, a proxy's page for example;
 * - `closed`: the client has been closed, or the message discarded.
 */
export type ParleyErrorCode =
  | WireErrorCode
  | 'unauthenticated'
  | 'forbidden_origin'
  | 'attachment_too_large'
  | 'network'
  | 'invalid_token'
  | 'token_provider'
  | 'too_many_connections'
  | 'bad_answer'
  | 'closed';

/** The one class of error that the client throws or shows, apart from the `AbortSignal`'s own reason. Tell them apart by `code`. */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: ParleyErrorCode;
  /** When a retry makes sense, in milliseconds from when it came. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ParleyErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number | undefined },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
