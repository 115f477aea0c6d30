/** What of a request can carry a token or says where it comes from. Header names as in RFC 9110; absent is ''. */
export interface CredentialSources {
  readonly authorization: string;
  /** `Sec-WebSocket-Protocol`. */
  readonly protocols: string;
  readonly cookie: string;
  /** The `token` parameter of the query. */
  readonly query: string | undefined;
}

export interface Credentials {
  readonly token: string;
  readonly place: 'header' | 'protocol' | 'cookie' | 'query';
}

/** The one subprotocol the server selects. */
export const SUBPROTOCOL = 'parley.v1';
const COOKIE = 'parley_token';

/** The first token in the order of docs/protocol.md. One that is found but invalid does not make way for a later one. */
export function findCredentials(sources: CredentialSources): Credentials | undefined {
  const bearer = /^bearer\b(.*)$/i.exec(sources.authorization)?.[1]?.trim();
  if (bearer) return { token: bearer, place: 'header' };
  const offered = offeredProtocols(sources.protocols).find((name) => name.startsWith('bearer.'));
  if (offered !== undefined) return { token: offered.slice('bearer.'.length), place: 'protocol' };
  const cookie = cookieValue(sources.cookie, COOKIE);
  if (cookie) return { token: cookie, place: 'cookie' };
  if (sources.query) return { token: sources.query, place: 'query' };
  return undefined;
}

/** What to answer in `Sec-WebSocket-Protocol`: a browser that offered something must be answered with one of it. */
export const selectProtocol = (protocols: string): string =>
  offeredProtocols(protocols).includes(SUBPROTOCOL) ? SUBPROTOCOL : '';

const offeredProtocols = (header: string): string[] => header.split(',').map((name) => name.trim());

function cookieValue(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) {
      return pair
        .slice(equals + 1)
        .trim()
        .replaceAll(/^"|"$/g, '');
    }
  }
  return undefined;
}
