import { type NodemailerError, type SendMailOptions, createTransport } from 'nodemailer';
import type { Disposer } from '../lib/disposer.ts';

/** What became of a mail. `later`: this time it was not taken, or nobody knows. `away`: nor would another one be. Reasons have no address in them. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused' | 'later' | 'away'; readonly reason: string };

export type SendMail = (mail: SendMailOptions) => Promise<SendOutcome>;

const CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
/** Of silence. */
const SOCKET_TIMEOUT_MS = 20_000;
/** Of one mail, its wait for a connection too: whoever works on a queue has 45 s. */
const SEND_TIMEOUT_MS = 30_000;

/** @param url `smtp://` or `smtps://`: what else nodemailer knows may stand in its query */
export function openSmtp(url: string, disposer: Disposer): SendMail {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    // What was not taken is tried again by the queue.
    maxRequeues: 1,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
  disposer.defer(() => transport.close());
  return (mail) =>
    transport.sendMail({ ...mail, signal: AbortSignal.timeout(SEND_TIMEOUT_MS) }).then(
      () => ({ kind: 'sent' }),
      (error: unknown) => toOutcome(error as NodemailerError),
    );
}

/** Replies that are about us and not about the mail, though they are permanent: what is wrong is for the operator to put right (RFC 4954, section 6). */
const OURS = new Set([530, 534, 535, 538]);

/** RFC 5321, section 4.2.1: who answers with 4yz may take it later, who answers with 5yz never does. */
function toOutcome(error: NodemailerError): SendOutcome {
  const { code, responseCode } = error;
  const reason = toReason(error);
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return { kind: 'away', reason };
  if (responseCode === 421 || OURS.has(responseCode ?? 0)) return { kind: 'away', reason };
  // Without an answer it is nodemailer that did not like the mail.
  return { kind: responseCode === undefined || error.permanent ? 'refused' : 'later', reason };
}

/** Names and numbers alone: servers, and nodemailer, tell addresses in their texts. */
function toReason({ code, originalCode, responseCode, response }: NodemailerError): string {
  // RFC 3463.
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return [code, originalCode, responseCode, status].filter((part) => part !== undefined).join(' ');
}
