import { readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import type { JwtRules } from '../config.ts';
import type { CreateConversation } from '../conversations/create.ts';
import { packagePath } from '../lib/package-path.ts';
import type { Route } from '../transport/http.ts';
import { html, json } from '../transport/reply.ts';

const BUYER = '00000000-0000-4000-8000-00000000b0b0';
const SELLER = '00000000-0000-4000-8000-00000000a11c';
const LISTING = 1;
const TOKEN_LIFETIME = '12h';

export interface DemoParts {
  readonly auth: JwtRules & { readonly secret: string };
  readonly createConversation: CreateConversation;
}

/** Development only: a page where a demo buyer and a demo seller chat, and the tokens it needs. */
export async function demoRoutes({ auth, createConversation }: DemoParts): Promise<Route[]> {
  const page = await readFile(packagePath('src/web/demo.html'), 'utf8');
  const sign = (userId: string): Promise<string> => {
    const token = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(userId);
    if (auth.issuer !== undefined) token.setIssuer(auth.issuer);
    if (auth.audience !== undefined) token.setAudience(auth.audience);
    return token
      .setIssuedAt()
      .setExpirationTime(TOKEN_LIFETIME)
      .sign(new TextEncoder().encode(auth.secret));
  };
  return [
    { method: 'GET', path: '/', access: 'public', handle: () => html(page) },
    {
      method: 'GET',
      path: '/demo',
      access: 'public',
      async handle() {
        const { conversation } = await createConversation({
          listingId: LISTING,
          buyerId: BUYER,
          sellerId: SELLER,
        });
        return json(200, {
          conversationId: conversation.id,
          buyer: { id: BUYER, token: await sign(BUYER) },
          seller: { id: SELLER, token: await sign(SELLER) },
        });
      },
    },
  ];
}
