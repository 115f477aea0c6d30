import type { EmailSettings } from './config-notifications.ts';
import type { Database } from './db/pool.ts';
import { openSigner } from './db/shared-signer.ts';
import { createReceiveReply } from './email/receive-reply.ts';
import { createUnsubscribe } from './email/unsubscribe.ts';
import type { SendMessage } from './messages/send.ts';
import { emailRoutes } from './transport/email-routes.ts';
import type { Route } from './transport/http.ts';

/** What comes back from e-mails, which a node takes whoever has sent them. */
export async function openEmailAnswers(
  email: EmailSettings | undefined,
  database: Database,
  sendMessage: SendMessage,
): Promise<Route[]> {
  const signer = await openSigner(database, 'email');
  const reply = email?.reply;
  return emailRoutes({
    signer,
    unsubscribe: createUnsubscribe(database),
    replies: reply && {
      secret: reply.secret,
      receive: createReceiveReply({ domain: reply.domain, signer, database, sendMessage }),
    },
  });
}
