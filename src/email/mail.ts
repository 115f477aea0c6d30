import { domainToASCII } from 'node:url';
import type { SendMailOptions } from 'nodemailer';
import type { Signer } from '../lib/signer.ts';
import { htmlBody, textBody } from './bodies.ts';
import { oneLine } from './clean.ts';
import type { Digest, EmailJob } from './digest.ts';
import type { ReplyAddresses } from './reply-addresses.ts';
import { languageOf } from './texts.ts';
import { unsubscribeUrl } from './unsubscribe-url.ts';

export interface MailParts {
  /** `Shop <chat@shop.example>` or an address alone. */
  readonly from: string;
  /** Where users reach this server. */
  readonly publicUrl: string;
  /** Where a conversation is, with `{conversationId}` in it. */
  readonly conversationUrl: string | undefined;
  readonly signer: Signer;
  /** `undefined`: nobody takes answers. */
  readonly replyAddresses: ReplyAddresses | undefined;
}

const MAX_NAME_BYTES = 120;

/** The same job gives the same `Message-ID`: whoever is sent a mail twice is shown it once. */
export function composeMail(
  { from, publicUrl, conversationUrl, signer, replyAddresses }: MailParts,
  { conversationId, userId, seq }: EmailJob,
  digest: Digest,
): SendMailOptions {
  const language = languageOf(digest.locale);
  const name = oneLine(digest.name ?? '', MAX_NAME_BYTES);
  const title =
    name === ''
      ? language.texts.about(digest.count, digest.listingId)
      : language.texts.from(digest.count, name);
  const noMoreUrl = unsubscribeUrl(signer, publicUrl, userId, language.locale);
  const reading = {
    digest,
    language,
    title,
    url: conversationUrl?.replaceAll('{conversationId}', conversationId),
    unsubscribeUrl: noMoreUrl,
    takesReplies: replyAddresses !== undefined,
  };
  const sender = mailbox(from);
  const domain = domainToASCII(sender.address.slice(sender.address.lastIndexOf('@') + 1));
  // Of no mail: what all digests of a conversation answer to, so that clients show them as one.
  const thread = `<${conversationId}.${userId}@${domain}>`;
  return {
    from: sender,
    // As an object, so that nothing of it is taken for a second address.
    to: { name: '', address: digest.address },
    envelope: { from: sender.address, to: [digest.address] },
    ...(replyAddresses && {
      replyTo: { name: '', address: replyAddresses.make(conversationId, userId) },
    }),
    // What looks like an encoded word would be read as one (RFC 2047, section 2), and may hide the end of a line.
    subject: title.replaceAll('=?', '= ?'),
    messageId: `<${seq}.${conversationId}.${userId}@${domain}>`,
    inReplyTo: thread,
    references: [thread],
    headers: {
      // RFC 3834, section 5: nobody's holiday note answers it.
      'Auto-Submitted': 'auto-generated',
      // RFC 8058.
      'List-Unsubscribe': { prepared: true, value: `<${noMoreUrl}>` },
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    text: textBody(reading),
    html: htmlBody(reading),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Whatever stands in the name: nodemailer would take a comma for the end of an address. */
function mailbox(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^"?([^<]*?)"?\s*<(.+)>$/.exec(from) ?? [];
  return { name, address };
}
