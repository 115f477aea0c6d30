import type { HttpRequest } from 'uWebSockets.js';
import type { Address } from '../limits/address.ts';
import { requestIdOf } from './request-id.ts';

/** What is read of a request before the first await, after which it is dead. */
export interface RequestHead {
  /** Whom limits per address count. */
  readonly address: Address;
  /** By their names; `undefined` when one of them is no percent-encoded UTF-8. */
  readonly params: Readonly<Record<string, string>> | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly cookie: string;
  readonly origin: string;
  readonly host: string;
  readonly contentType: string;
  /** In bytes; `undefined` when it is not said. */
  readonly contentLength: number | undefined;
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
  readonly requestId: string;
  /** Of W3C Trace Context, as it came. */
  readonly traceparent: string | undefined;
  /** Of the names that were asked for. */
  readonly extra: Readonly<Record<string, string>>;
}

export const readHead = (
  req: HttpRequest,
  names: readonly string[],
  address: Address,
  extra: readonly string[] = [],
): RequestHead => ({
  address,
  params: readParams(req, names),
  query: Object.fromEntries(new URLSearchParams(req.getQuery())),
  authorization: req.getHeader('authorization'),
  cookie: req.getHeader('cookie'),
  origin: req.getHeader('origin'),
  host: req.getHeader('host'),
  contentType: req.getHeader('content-type'),
  contentLength: Number(req.getHeader('content-length') || Number.NaN) || undefined,
  acceptEncoding: req.getHeader('accept-encoding'),
  ifNoneMatch: req.getHeader('if-none-match'),
  requestId: requestIdOf(req.getHeader('x-request-id')),
  traceparent: req.getHeader('traceparent') || undefined,
  extra: Object.fromEntries(extra.map((name) => [name, req.getHeader(name)])),
});

/** uWebSockets.js gives them as they came. */
function readParams(req: HttpRequest, names: readonly string[]): RequestHead['params'] {
  try {
    return Object.fromEntries(
      names.map((name, i) => [name, decodeURIComponent(req.getParameter(i) ?? '')]),
    );
  } catch {
    return undefined;
  }
}
