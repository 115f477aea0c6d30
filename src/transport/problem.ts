import { STATUS_CODES } from 'node:http';
import { AttachmentTooLarge } from '../attachments/announce.ts';
import { AttachmentGone } from '../attachments/gone.ts';
import { AuthError } from '../auth/authenticate.ts';
import { SameParties } from '../conversations/create.ts';
import { type ErrorCode, ProtocolError, toProtocolError } from '../protocol/errors.ts';
import type { Reply } from './reply.ts';

/** An error of HTTP itself: the route, the method, the body's form. */
export class HttpError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const STATUS = {
  not_authorized: 403,
  invalid_message: 400,
  message_too_large: 413,
  unknown_type: 400,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** Any error as `application/problem+json` (RFC 9457). What is not meant for a client becomes `unavailable`. */
export function toProblem(error: unknown): Reply<string> {
  if (error instanceof HttpError)
    return problem(error.status, error.code, error.message, error.headers);
  if (error instanceof AuthError) {
    return problem(401, error.code, error.message, { 'WWW-Authenticate': 'Bearer' });
  }
  if (error instanceof AttachmentTooLarge)
    return problem(413, 'attachment_too_large', error.message);
  if (error instanceof AttachmentGone) return problem(404, 'not_found', error.message);
  const { code, message, retryAfterMs } = toProtocolError(error);
  const status = error instanceof SameParties ? 422 : STATUS[code];
  if (retryAfterMs === undefined) return problem(status, code, message);
  const headers = { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) };
  return problem(status, code, message, headers, { retryAfterMs });
}

/** Whether the operator should hear of it: the client did nothing wrong. */
export const isOurFault = (error: unknown): boolean =>
  !(error instanceof HttpError || error instanceof AuthError || error instanceof ProtocolError) ||
  (error instanceof ProtocolError && error.code === 'unavailable');

const problem = (
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
  extra: object = {},
): Reply<string> => ({
  status,
  headers,
  type: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...extra,
  }),
});
