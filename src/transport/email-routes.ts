import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ReceiveReply } from '../email/receive-reply.ts';
import type { Unsubscribe } from '../email/unsubscribe.ts';
import { PAGE_STYLE, unsubscribePage } from '../email/unsubscribe-page.ts';
import { isUnsubscribe } from '../email/unsubscribe-url.ts';
import type { Signer } from '../lib/signer.ts';
import { type WebhookHeaders, isSignedWebhook } from '../lib/standard-webhooks.ts';
import type { SentMessage } from '../protocol/rest.ts';
import { emailReplyBody } from '../protocol/rest-email.ts';
import { parseBody } from './body.ts';
import { check } from './check.ts';
import type { Route, SignedRequest } from './http.ts';
import { HttpError } from './problem.ts';
import { type Reply, html, json } from './reply.ts';

export interface EmailRouteParts {
  /** Of the links in e-mails. */
  readonly signer: Signer;
  readonly unsubscribe: Unsubscribe;
  /** `undefined`: e-mails are not to be answered. */
  readonly replies: { readonly secret: Buffer; readonly receive: ReceiveReply } | undefined;
}

/** What e-mails lead to, and what comes back from them: all of it is signed, nobody logs in. */
export const emailRoutes = ({ signer, unsubscribe, replies }: EmailRouteParts): Route[] => {
  /** @returns the user it is about */
  const userOf = ({ query: { user = '', signature = '' } }: SignedRequest): string => {
    if (isUnsubscribe(signer, user, signature)) return user;
    throw new HttpError(403, 'not_authorized', 'this link is not as it was sent');
  };
  return [
    {
      method: 'GET',
      path: '/unsubscribe',
      access: 'signed',
      async handle(request) {
        userOf(request);
        return page(request, false);
      },
    },
    {
      // By a mail client (RFC 8058) or by the page's button: what the body says, in whatever form, is known.
      method: 'POST',
      path: '/unsubscribe',
      access: 'signed',
      async handle(request) {
        await unsubscribe(userOf(request));
        return page(request, true);
      },
    },
    ...(replies === undefined ? [] : [replyRoute(replies)]),
  ];
};

/** Nothing runs, nothing is loaded, and nobody puts it into a frame to have the button pressed. */
const PAGE_HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
};

function page({ query }: SignedRequest, isDone: boolean): Reply {
  const reply = html(unsubscribePage(query['lang'], isDone));
  return { ...reply, headers: { ...reply.headers, ...PAGE_HEADERS } };
}

/** A mail comes with what it quotes. It is what the balancers of `deploy/` take. */
const MAX_REPLY_BYTES = 64 * 1024;
const WEBHOOK_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

const replyRoute = ({ secret, receive }: NonNullable<EmailRouteParts['replies']>): Route => ({
  method: 'POST',
  path: '/api/email-replies',
  access: 'signed',
  headers: WEBHOOK_HEADERS,
  async handle({ body, contentType, headers }) {
    const bytes = await readAll(body, MAX_REPLY_BYTES);
    if (!isSignedWebhook([secret], headers as unknown as WebhookHeaders, bytes))
      throw new HttpError(
        403,
        'not_authorized',
        'webhook-signature must be made with EMAIL_REPLY_SECRET, and webhook-timestamp of now',
      );
    const { conversationId, message, repeated } = await receive(
      check(emailReplyBody, parseBody(contentType, bytes)),
    );
    return json(repeated ? 200 : 201, { conversationId, message } satisfies SentMessage);
  },
});

async function readAll(body: Readable, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes)
      throw new HttpError(413, 'body_too_large', `the body must be at most ${maxBytes} bytes`);
    // Its memory is used again for the next one.
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}
