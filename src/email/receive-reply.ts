import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../db/pool.ts';
import type { Signer } from '../lib/signer.ts';
import type { SendMessage, Sent } from '../messages/send.ts';
import { notAuthorized } from '../protocol/errors.ts';
import { toInvalidMessage } from '../protocol/parse.ts';
import type { EmailReply } from '../protocol/rest-email.ts';
import { content } from '../protocol/values.ts';
import { createReplyAddresses } from './reply-addresses.ts';
import { replyText } from './reply-text.ts';

const reply = z.object({ text: content });

/**
 * Makes a message of an answer to one of our e-mails. The same mail again gives the same message. Rejects with `not_authorized` when it is
 * for none of our addresses, `invalid_message` when nothing is left of it, `message_too_large`, and with what sending rejects with.
 */
export type ReceiveReply = (
  reply: EmailReply,
) => Promise<Sent & { readonly conversationId: string }>;

export interface ReceiveReplyParts {
  /** Of the addresses. */
  readonly domain: string;
  readonly signer: Signer;
  readonly database: Database;
  readonly sendMessage: SendMessage;
}

export function createReceiveReply({
  domain,
  signer,
  database,
  sendMessage,
}: ReceiveReplyParts): ReceiveReply {
  const addresses = createReplyAddresses(signer, domain);
  return async ({ to, messageId, text }) => {
    const address = addresses.read(to);
    if (address === undefined) throw notAuthorized();
    const { conversationId } = address;
    const { rows } = await database.pool.query<{ parties: string[] }>({
      name: 'reply_parties',
      text: PARTIES,
      values: [conversationId],
    });
    const senderId = rows[0]?.parties.find((userId) => address.isOf(userId));
    if (senderId === undefined) throw notAuthorized();
    const own = reply.safeParse({ text: replyText(text) });
    if (!own.success) throw toInvalidMessage(own.error);
    const sent = await sendMessage({
      conversationId,
      senderId,
      content: own.data.text,
      clientMessageId: `email:${createHash('sha256').update(messageId).digest('base64url')}`,
    });
    return { conversationId, ...sent };
  };
}

const PARTIES = `SELECT ARRAY[buyer_id, seller_id]::text[] AS parties FROM conversations WHERE id = $1`;
