import type { Pool, PoolClient } from 'pg';
import type { WebhookSettings } from '../config-notifications.ts';
import type { Job, Queue, Retry } from '../jobs/queue.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { createPause } from '../lib/pause.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { signWebhook } from '../lib/standard-webhooks.ts';
import type { ToMessage } from '../messages/message-row.ts';
import { withAbsoluteUrls } from './absolute-urls.ts';
import { type DeadWebhook, recordDead } from './dead-webhooks.ts';
import { openEndpoint } from './endpoint.ts';
import { createReadEvents } from './read-events.ts';
import { type WebhookJob, type WebhookType, eventId } from './webhook-job.ts';

/**
 * `taken`: the endpoint has answered 2xx. `failed`: it will be tried again. `dead`: it is given up, until somebody replays it. `outdated`: there was
 * nothing to say any more.
 */
export type WebhookOutcome = 'taken' | 'failed' | 'dead' | 'outdated';

export interface WebhookObserver {
  webhook(type: WebhookType, outcome: WebhookOutcome): void;
}

export interface WebhookQueueParts {
  readonly settings: WebhookSettings;
  /** Before URLs of files; without it they stay relative to the server. */
  readonly publicUrl: string | undefined;
  readonly pool: Pool;
  readonly toMessage: ToMessage;
  readonly observer: WebhookObserver;
  readonly logger: Logger;
}

const BATCH_SIZE = 100;
const CONCURRENCY = 4;
/** Requests of a batch that are under way at once. */
const LANES = 25;
/** Requests of a batch begin within this time, so that all of it ends before somebody else gets it. In milliseconds. */
const BEGIN_WITHIN_MS = 30_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 3 * 3_600_000;
/** An event is given up when it fails and is as old as this, in milliseconds. */
const GIVE_UP_AFTER_MS = 86_400_000;

/**
 * Sends events to the marketplace's system, each at least once and each time with the same `webhook-id`. Its connections end with `disposer`:
 * make it before `openJobs`, so that what is under way is finished first.
 */
export function webhookQueue(
  { settings, publicUrl, pool, toMessage, observer, logger }: WebhookQueueParts,
  disposer: Disposer,
): Queue<WebhookJob> {
  const readEvents = createReadEvents(
    pool,
    publicUrl === undefined ? toMessage : withAbsoluteUrls(publicUrl, toMessage),
  );
  const post = openEndpoint(settings.url, disposer);
  const pause = createPause();
  const reportFailed = sparing(OUTAGE_REPORT_MS, (leftOut, id: string, reason: string) =>
    logger.warn({ webhookId: id, reason, leftOut }, 'a webhook was not taken'),
  );
  const reportDead = sparing(OUTAGE_REPORT_MS, (leftOut, id: string, reason: string) =>
    logger.error({ webhookId: id, reason, leftOut }, 'a webhook is given up until it is replayed'),
  );

  const run = async (jobs: readonly Job<WebhookJob>[]) => {
    const events = await readEvents(jobs.map(({ item }) => item));
    const retries: Retry<WebhookJob>[] = [];
    const dead: DeadWebhook[] = [];

    const send = async (job: Job<WebhookJob>, event: object): Promise<void> => {
      const id = eventId(job.item);
      const body = JSON.stringify(event);
      const posted = await post(body, { ...signWebhook(settings.secrets, id, body) });
      if (posted.kind === 'taken') {
        pause.succeeded();
        observer.webhook(job.item.type, 'taken');
        return;
      }
      const { reason } = posted;
      if (posted.kind === 'failed') {
        pause.failed(posted.askedMs);
        if (Date.now() < job.since + GIVE_UP_AFTER_MS) {
          reportFailed(id, reason);
          observer.webhook(job.item.type, 'failed');
          retries.push({ job, afterMs: retryMs(job.attempt, posted.askedMs) });
          return;
        }
      }
      reportDead(id, reason);
      observer.webhook(job.item.type, 'dead');
      dead.push({ id, job: job.item, attempts: job.attempt + 1, reason });
    };

    const beginBefore = performance.now() + BEGIN_WITHIN_MS;
    const queue = jobs.values();
    const lane = async (): Promise<void> => {
      for (const job of queue) {
        const event = events.get(job.item);
        if (event === undefined) observer.webhook(job.item.type, 'outdated');
        else if (pause.waitMs > 0) retries.push({ job, afterMs: pause.waitMs, isUntried: true });
        else if (performance.now() > beginBefore)
          retries.push({ job, afterMs: 0, isUntried: true });
        else await send(job, event);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return {
      retries,
      ...(dead.length > 0 && { record: (tx: PoolClient) => recordDead(tx, dead) }),
    };
  };
  return {
    name: 'webhook',
    batchSize: BATCH_SIZE,
    concurrency: CONCURRENCY,
    isResting: () => pause.waitMs > 0,
    run,
  };
}

/** With up to half as much again, so that those which failed together do not come back together. Whoever asks for more than the longest wait gets that. */
const retryMs = (attempt: number, askedMs = 0): number =>
  Math.min(
    Math.max(FIRST_RETRY_MS * 2 ** attempt * (1 + Math.random() / 2), askedMs),
    MAX_RETRY_MS,
  );
