import type { Pool } from 'pg';
import type { NotificationSettings } from './config-notifications.ts';
import { explainDatabaseError } from './db/advice.ts';
import type { Database } from './db/pool.ts';
import { type Jobs, openJobs } from './jobs/jobs.ts';
import type { Queue, QueueName } from './jobs/queue.ts';
import { type Scan, readBehind, startScan } from './jobs/scan.ts';
import { openSigner } from './db/shared-signer.ts';
import type { EmailObserver } from './email/email-queue.ts';
import type { EmailJob } from './email/digest.ts';
import type { Disposer } from './lib/disposer.ts';
import type { Logger } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';
import type { ToMessage } from './messages/message-row.ts';
import { type PushObserver, createDelivery } from './push/deliver.ts';
import type { PushProvider } from './push/provider.ts';
import { pushAgainQueue } from './push/push-again.ts';
import { pushQueue } from './push/push-job.ts';
import { pushScan } from './push/push-scan.ts';
import { remindQueue } from './reminders/remind-queue.ts';
import { remindScan } from './reminders/remind-scan.ts';
import type { WebhookJob } from './webhooks/webhook-job.ts';
import { type WebhookObserver, webhookQueue } from './webhooks/webhook-queue.ts';
import { webhookScans } from './webhooks/webhook-scans.ts';

/** A connection of its own: chat does not wait for those who are not there. No more than one: what is done at once, chat waits for in PostgreSQL. */
const CONNECTIONS = 1;
/** However many ask, PostgreSQL is asked no more often than this, in milliseconds. */
const BACKLOG_MS = 5_000;

export type NotifierObserver = PushObserver & WebhookObserver & EmailObserver;

export interface NotifierParts {
  readonly settings: NotificationSettings;
  readonly database: Database;
  /** Those that are set up. */
  readonly providers: readonly PushProvider[];
  readonly toMessage: ToMessage;
  readonly observer: NotifierObserver;
  readonly logger: Logger;
}

export interface Backlog {
  /** How many jobs wait in each queue. */
  readonly waiting: Readonly<Partial<Record<QueueName, number>>>;
  /** How far behind each scan is, in seconds. */
  readonly behind: ReadonlyMap<string, number>;
}

/** Reaches those who are not there. */
export interface Notifier {
  /** `undefined` when nothing is set up: then there are no queues either. */
  readonly pool: Pool | undefined;
  /** Of all workers together; what it was when PostgreSQL does not answer. */
  backlog(): Promise<Backlog>;
}

/**
 * Starts what is set up, until `disposer` ends it: what has been begun is finished then.
 *
 * @throws {StartupError} when there can be no queues
 */
export async function openNotifier(parts: NotifierParts, disposer: Disposer): Promise<Notifier> {
  const { settings, providers, database, logger } = parts;
  const hasPush = providers.length > 0;
  const hasEmail = settings.email !== undefined;
  const hasWebhook = settings.webhook !== undefined;
  if (!hasPush && !hasEmail && !hasWebhook)
    return { pool: undefined, backlog: () => Promise.resolve(NOTHING) };
  const pool = database.open(CONNECTIONS);
  // Connections are opened before the jobs, and so closed when these have ended.
  const webhooks = openWebhooks(parts, pool, disposer);
  const emails = await openEmails(parts, pool, disposer);
  const jobs = await openJobs(pool, logger, disposer).catch((error: unknown) => {
    throw new StartupError(
      `cannot make the queues in the database of DATABASE_URL: ${explainDatabaseError(error)}`,
      { cause: error },
    );
  });
  const scans: Scan[] = [];
  if (hasPush) scans.push(...startPush(parts, pool, jobs));
  if (webhooks !== undefined) {
    jobs.work(webhooks);
    scans.push(...webhookScans);
  }
  if (emails !== undefined) jobs.work(emails);
  if (hasEmail || hasWebhook) {
    jobs.work(remindQueue({ hasEmail, hasWebhook, jobs }));
    const { remindAfterMs } = settings;
    scans.push(remindScan({ remindAfterMs, hasWebhook }));
  }
  for (const scan of scans) await startScan(scan, { pool, jobs, logger }, disposer);
  return { pool, backlog: createBacklog(jobs, scans, pool, logger) };
}

function openWebhooks(
  { settings: { webhook: settings, publicUrl }, toMessage, observer, logger }: NotifierParts,
  pool: Pool,
  disposer: Disposer,
): Queue<WebhookJob> | undefined {
  if (settings === undefined) return undefined;
  return webhookQueue({ settings, publicUrl, pool, toMessage, observer, logger }, disposer);
}

/** What it takes costs 70 ms and 15 MB: loaded only when it is wanted. */
async function openEmails(
  { settings, database, observer, logger }: NotifierParts,
  pool: Pool,
  disposer: Disposer,
): Promise<Queue<EmailJob> | undefined> {
  const { email, publicUrl, conversationUrl } = settings;
  if (email === undefined || publicUrl === undefined) return undefined;
  const { emailQueue } = await import('./email/email-queue.ts');
  const signer = await openSigner(database, 'email');
  const parts = { settings: email, publicUrl, conversationUrl, signer, pool, observer, logger };
  return emailQueue(parts, disposer);
}

function startPush(
  { settings, providers, observer, logger }: NotifierParts,
  pool: Pool,
  jobs: Jobs,
): Scan[] {
  const { showsContent, delayMs } = settings.push;
  const { conversationUrl } = settings;
  const delivery = createDelivery({ providers, showsContent, conversationUrl, observer, logger });
  jobs.work(pushQueue({ pool, jobs, delivery, delayMs }));
  jobs.work(pushAgainQueue({ pool, delivery }));
  return [pushScan(delayMs)];
}

const NOTHING: Backlog = { waiting: {}, behind: new Map() };

function createBacklog(
  jobs: Jobs,
  scans: readonly Scan[],
  pool: Pool,
  logger: Logger,
): () => Promise<Backlog> {
  let known = NOTHING;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      const [waiting, behind] = await Promise.all([jobs.waiting(), readBehind(scans, pool)]);
      known = { waiting, behind };
      askedAt = performance.now();
    } catch (err) {
      logger.warn({ err }, 'what waits for workers could not be counted');
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    if (performance.now() - askedAt > BACKLOG_MS) await (asking ??= ask());
    return known;
  };
}
