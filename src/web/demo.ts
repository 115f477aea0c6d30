import { readdir } from 'node:fs/promises';
import { SignJWT } from 'jose';
import type { JwtRules } from '../config.ts';
import type { CreateConversation } from '../conversations/create.ts';
import type { Route } from '../transport/http.ts';
import { HttpError } from '../transport/problem.ts';
import { type Reply, json } from '../transport/reply.ts';
import { builtFile, builtPath } from './built-file.ts';
import { BUYER, CATALOGUE, LISTING, SELLER } from './demo-catalogue.ts';

/** Of those for trying the protocol by hand. */
const TOKEN_LIFETIME = '12h';
/** As a marketplace's should be; so it is renewed while one watches. */
const PAGE_TOKEN_LIFETIME = '5min';

const PAGE = 'index.html';
/** @param bucket the origin that files go to and come from, past the node */
const pageHeaders = (bucket = '') => ({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${bucket}`.trim(),
    `img-src 'self' data: blob: ${bucket}`.trim(),
    "frame-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html parley',
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'SAMEORIGIN',
});
const FILE_HEADERS = { 'Cache-Control': 'no-cache' };

export interface DemoParts {
  readonly auth: JwtRules & { readonly secret: string };
  readonly createConversation: CreateConversation;
  /** Where files are, when that is not here: an origin. */
  readonly bucket: string | undefined;
}

/** Development only: a small marketplace, of which anybody may be anyone, and the tokens for that. */
export async function demoRoutes({
  auth,
  createConversation,
  bucket,
}: DemoParts): Promise<Route[]> {
  const sign = (userId: string, lifetime: string): Promise<string> => {
    const token = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(userId);
    if (auth.issuer !== undefined) token.setIssuer(auth.issuer);
    if (auth.audience !== undefined) token.setAudience(auth.audience);
    return token
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(new TextEncoder().encode(auth.secret));
  };
  return [
    await builtFile('/', `demo/${PAGE}`, pageHeaders(bucket), 'unlimited'),
    ...(await pageFiles()),
    get('/demo/catalogue', () => json(200, CATALOGUE)),
    get('/demo/token', async ({ as }) => {
      const person = CATALOGUE.people.find(({ key }) => key === as);
      if (person === undefined)
        throw new HttpError(404, 'not_found', 'there is nobody of that name');
      return fresh({ token: await sign(person.id, PAGE_TOKEN_LIFETIME) });
    }),
    get('/demo', async () => {
      const { conversation } = await createConversation({
        listingId: LISTING,
        buyerId: BUYER.id,
        sellerId: SELLER.id,
      });
      return fresh({
        conversationId: conversation.id,
        buyer: { id: BUYER.id, token: await sign(BUYER.id, TOKEN_LIFETIME) },
        seller: { id: SELLER.id, token: await sign(SELLER.id, TOKEN_LIFETIME) },
      });
    }),
  ];
}

const get = (
  path: string,
  answer: (query: Readonly<Record<string, string>>) => Reply | Promise<Reply>,
): Route => ({ method: 'GET', path, access: 'unlimited', handle: ({ query }) => answer(query) });

const fresh = (value: unknown): Reply => ({
  ...json(200, value),
  headers: { 'Cache-Control': 'no-store' },
});

/** What the page loads: scripts, styles, pictures. */
async function pageFiles(): Promise<Route[]> {
  const entries = await readdir(builtPath('demo'), { recursive: true, withFileTypes: true });
  const root = builtPath('demo').length;
  return Promise.all(
    entries
      .filter((entry) => entry.isFile() && entry.name !== PAGE)
      .map((entry) => `${entry.parentPath.slice(root)}/${entry.name}`)
      .map((name) => builtFile(`/demo${name}`, `demo${name}`, FILE_HEADERS, 'unlimited')),
  );
}
