import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { Address, FindClient } from '../limits/address.ts';

/** The address that a request's limits count. Call it before the first await. */
export type ClientAddress = (res: HttpResponse, req: HttpRequest) => Address;

const HEADER = 'x-forwarded-for';

/** @param onIgnored called once, when a balancer seems to stand before this node that is not among the trusted proxies */
export function createClientAddress(find: FindClient, onIgnored: () => void): ClientAddress {
  let isTold = false;
  return (res, req) => {
    let isAsked = false;
    const client = find(peerAddress(res), () => {
      isAsked = true;
      return allLines(req);
    });
    if (!isTold && !isAsked && req.getHeader(HEADER) !== '') {
      isTold = true;
      onIgnored();
    }
    return client;
  };
}

export const peerAddress = (res: HttpResponse): string =>
  Buffer.from(res.getRemoteAddressAsText()).toString('latin1');

/** HAProxy adds a line of its own below what the client sent, and `getHeader` gives the first line. */
function allLines(req: HttpRequest): string {
  const lines: string[] = [];
  req.forEach((name, value) => {
    if (name === HEADER) lines.push(value);
  });
  return lines.join(',');
}
