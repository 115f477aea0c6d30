import type { Pool } from 'pg';
import type { EmailSettings } from '../config-notifications.ts';
import type { Job, Queue, Retry } from '../jobs/queue.ts';
import type { Disposer } from '../lib/disposer.ts';
import { errorCode } from '../lib/error-code.ts';
import type { Logger } from '../lib/logger.ts';
import { createPause } from '../lib/pause.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { type EmailJob, readDigest } from './digest.ts';
import { type MailParts, composeMail } from './mail.ts';
import { createReplyAddresses } from './reply-addresses.ts';
import { type SendOutcome, openSmtp } from './smtp.ts';

export interface EmailParts extends Omit<MailParts, 'from' | 'replyAddresses'> {
  readonly settings: EmailSettings;
  /** Where jobs have their connections. */
  readonly pool: Pool;
  readonly observer: EmailObserver;
  readonly logger: Logger;
}

/** `skipped`: read, muted or unwanted meanwhile, or there is no address. `refused`: never tried again. `retried`: it will be. */
export type EmailOutcome = 'sent' | 'skipped' | 'refused' | 'retried' | 'given_up';

export interface EmailObserver {
  email(outcome: EmailOutcome): void;
}

const FIRST_RETRY_MS = 30_000;
const MAX_RETRY_MS = 3_600_000;
/** What is older is no news. In milliseconds. */
const GIVEN_UP_MS = 86_400_000;

/** Sends digests. Each is made when it is sent, of what is unread then. */
export function emailQueue(
  { settings, publicUrl, conversationUrl, signer, pool, observer, logger }: EmailParts,
  disposer: Disposer,
): Queue<EmailJob> {
  const send = openSmtp(settings.smtpUrl, disposer);
  const { from, reply } = settings;
  const replyAddresses = reply && createReplyAddresses(signer, reply.domain);
  const mailParts = { from, publicUrl, conversationUrl, signer, replyAddresses };
  const pause = createPause();
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, reason: string) =>
    logger.warn({ reason, leftOut }, 'e-mails could not be sent: they are tried again'),
  );

  const attempt = async ({ item }: Job<EmailJob>): Promise<SendOutcome | { kind: 'skipped' }> => {
    const digest = await readDigest(pool, item);
    if (digest === undefined) return { kind: 'skipped' };
    if (!isAddress(digest.address)) return { kind: 'refused', reason: 'no address' };
    return send(composeMail(mailParts, item, digest));
  };

  /** @returns when it is to be tried again */
  const work = async (job: Job<EmailJob>): Promise<Retry<EmailJob> | undefined> => {
    // One that can't be made must not have the others of its batch sent again.
    const outcome = await attempt(job).catch((error: unknown): SendOutcome => ({
      kind: 'later',
      reason: errorCode(error) ?? 'error',
    }));
    if (outcome.kind === 'away') pause.failed();
    else if (outcome.kind !== 'skipped') pause.succeeded();
    const { conversationId, userId } = job.item;
    switch (outcome.kind) {
      case 'sent':
      case 'skipped':
        observer.email(outcome.kind);
        return undefined;
      case 'refused':
        observer.email('refused');
        logger.warn({ conversationId, userId, reason: outcome.reason }, 'an e-mail was refused');
        return undefined;
      case 'later':
      case 'away': {
        const { reason } = outcome;
        if (Date.now() - job.since >= GIVEN_UP_MS) {
          observer.email('given_up');
          logger.error({ conversationId, userId, reason }, 'an e-mail was given up');
          return undefined;
        }
        observer.email('retried');
        report(reason);
        return { job, afterMs: retryMs(job.attempt) };
      }
    }
  };

  return {
    name: 'email',
    batchSize: 5,
    concurrency: 2,
    isResting: () => pause.waitMs > 0,
    async run(jobs) {
      const retries = await Promise.all(jobs.map(work));
      return { retries: retries.filter((retry) => retry !== undefined) };
    },
  };
}

/** Twice as long after each failure, and up to half of it less, so that those who fail together do not come back together. */
const retryMs = (attempt: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** attempt, MAX_RETRY_MS) * (1 - Math.random() / 2);

/** What SMTP can be told without quotes (RFC 5321, section 4.1.2; RFC 6531 has all letters): nothing else is anybody's address in earnest. */
const isAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]+$/u.test(text);
