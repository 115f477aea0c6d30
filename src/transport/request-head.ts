import type { HttpRequest } from 'uWebSockets.js';
import type { Address } from '../limits/address.ts';
import { requestIdOf } from './request-id.ts';

/** What is read of a request before the first await, after which it is dead. */
export interface RequestHead {
  /** Whom limits per address count. */
  readonly address: Address;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly cookie: string;
  readonly origin: string;
  readonly host: string;
  readonly contentType: string;
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
  readonly requestId: string;
  /** Of W3C Trace Context, as it came. */
  readonly traceparent: string | undefined;
}

export const readHead = (
  req: HttpRequest,
  names: readonly string[],
  address: Address,
): RequestHead => ({
  address,
  params: Object.fromEntries(names.map((name, i) => [name, req.getParameter(i)])),
  query: Object.fromEntries(new URLSearchParams(req.getQuery())),
  authorization: req.getHeader('authorization'),
  cookie: req.getHeader('cookie'),
  origin: req.getHeader('origin'),
  host: req.getHeader('host'),
  contentType: req.getHeader('content-type'),
  acceptEncoding: req.getHeader('accept-encoding'),
  ifNoneMatch: req.getHeader('if-none-match'),
  requestId: requestIdOf(req.getHeader('x-request-id')),
  traceparent: req.getHeader('traceparent') || undefined,
});
