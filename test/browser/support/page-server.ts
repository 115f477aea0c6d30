import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TokenRequest } from '../../../src/client/client-options.ts';
import { packagePath } from '../../../src/lib/package-path.ts';
import type { Listing, Person } from '../../../src/web/inbox/directory.ts';
import { signToken } from '../../support/client.ts';

/** What a marketplace may well send. The nodes are the only others that the page may talk to. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src * data: blob:',
  "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "worker-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html parley',
].join('; ');

export interface TokenCall {
  readonly userId: string;
  readonly reason: TokenRequest['reason'];
}

/** @returns the token, or undefined to refuse */
type GiveToken = (call: TokenCall) => Promise<string | undefined>;

/** What it gives unless told otherwise. */
export const signed: GiveToken = ({ userId }) => signToken(userId);

/** A marketplace's own server: its page, its users' tokens, its names and listings. */
export interface PageServer extends AsyncDisposable {
  readonly origin: string;
  /** Every token that was asked for. */
  readonly tokenCalls: TokenCall[];
  giveToken: GiveToken;
  readonly listings: Map<number, Listing>;
  readonly people: Map<string, Person>;
}

const FILES = new Map<string, readonly [string, string]>([
  ['/', ['text/html', 'test/browser/page/page.html']],
  ['/plain.html', ['text/html', 'test/browser/page/plain.html']],
  ['/page.css', ['text/css', 'test/browser/page/page.css']],
  ['/page.js', ['text/javascript', 'test/browser/page/page.js']],
  ...['parley-sw', 'inbox', 'inbox.catalogue', 'inbox.en', 'inbox.de', 'inbox.ar'].map(
    (name): [string, [string, string]] => [
      `/${name}.js`,
      ['text/javascript', `dist/web/${name}.js`],
    ],
  ),
]);

const known = <K, V>(all: ReadonlyMap<K, V>, ids: readonly K[]): V[] =>
  ids.flatMap((id) => all.get(id) ?? []);

export async function startPageServer(): Promise<PageServer> {
  const server = createServer((request, response) => {
    // A page that is closed takes its requests with it.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const market: PageServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenCalls: [],
    giveToken: signed,
    listings: new Map(),
    people: new Map(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  const asked: Record<string, (body: never) => unknown> = {
    '/listings': ({ ids }: { ids: number[] }) => known(market.listings, ids),
    '/people': ({ ids }: { ids: string[] }) => known(market.people, ids),
    '/token': (call: TokenCall) => {
      market.tokenCalls.push(call);
      return market.giveToken(call);
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', market.origin);
    const [type = '', file] = FILES.get(pathname) ?? [];
    const handle = asked[pathname];
    if (file !== undefined)
      response
        .writeHead(200, { 'Content-Security-Policy': POLICY, 'Content-Type': type })
        .end(await readFile(packagePath(file)));
    else if (handle === undefined) response.writeHead(404).end();
    else {
      const result = await handle(JSON.parse(await text(request)) as never);
      if (result === undefined) response.writeHead(403).end();
      else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(result));
    }
  }
  return market;
}
