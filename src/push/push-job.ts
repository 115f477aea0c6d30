import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Jobs } from '../jobs/jobs.ts';
import type { Queue } from '../jobs/queue.ts';
import { transaction } from '../jobs/transaction.ts';
import { groupBy } from '../lib/group-by.ts';
import { within } from '../lib/within.ts';
import { type Claim, type Party, claimPushes, recordPushed } from './claim.ts';
import { type Delivery, EXPIRES_MS } from './deliver.ts';
import type { PushDevice, PushResult } from './provider.ts';
import { removeGone } from './gone.ts';
import type { PushAgain } from './push-again.ts';
import { quietUntil } from './quiet-hours.ts';
import { readRecipients } from './recipients.ts';
import { retryDelayMs } from './retry-delay.ts';

/** While somebody else tells them something, in milliseconds. */
const BUSY_MS = 2_000;
/** Those that were told do not wait for the end of others' sends for longer than this to be told more, in milliseconds. */
const SLOW_MS = 1_500;

export interface PushParts {
  readonly pool: Pool;
  readonly jobs: Jobs;
  readonly delivery: Delivery;
  /** How long a message may stay unread before it is pushed, in milliseconds. */
  readonly delayMs: number;
}

/** Parties that are told together: a job for each would cost PostgreSQL more than all that telling them does. */
export interface PushJob {
  readonly parties: readonly Party[];
}

/** Somebody who is not to be told now. */
interface Later {
  readonly party: Party;
  readonly waitMs: number;
}

interface DeviceResult {
  readonly device: PushDevice;
  readonly result: PushResult;
}

interface Told {
  readonly claim: Claim;
  readonly results: readonly DeviceResult[];
}

/**
 * Between the sends of a job, in milliseconds: whatever keeps a core busy for longer is felt by those who chat, whose nodes and PostgreSQL
 * may be beside it (docs/performance.md).
 */
const PACE_MS = 1;
/** In one job. */
const MAX_PARTIES = 50;

export function pushJobs(parties: readonly Party[]): PushJob[] {
  const jobs: PushJob[] = [];
  for (let from = 0; from < parties.length; from += MAX_PARTIES)
    jobs.push({ parties: parties.slice(from, from + MAX_PARTIES) });
  return jobs;
}

/** Tells parties of conversations what they have not read, if there is anything and they want to be told. */
export const pushQueue = (parts: PushParts): Queue<PushJob> => ({
  name: 'push',
  batchSize: 1,
  concurrency: 4,
  async run(jobs) {
    const { pool, delivery, delayMs } = parts;
    const parties = jobs.flatMap(({ item }) => item.parties);
    const wanted = new Map(parties.map((party) => [keyOf(party), party]));
    const later: Later[] = [];
    const userIds = parties.map(({ userId }) => userId);
    const recipients = await readRecipients(pool, userIds, delivery.platforms);
    for (const [key, party] of wanted) {
      const recipient = recipients.get(party.userId);
      const now = Date.now();
      const until = recipient?.quietHours && quietUntil(recipient.quietHours, now);
      if (until !== undefined) later.push({ party, waitMs: until - now });
      if (recipient === undefined || until !== undefined) wanted.delete(key);
    }
    const { claims, busy } = await claimPushes(pool, [...wanted.values()], delayMs);
    for (const party of busy) later.push({ party, waitMs: BUSY_MS });
    const expiresAt = Date.now() + EXPIRES_MS;
    const told: Told[] = [];
    const telling = Promise.all(
      claims.map(async (claim, i) => {
        await sleep(i * PACE_MS);
        const { devices = [], locale = null } = recipients.get(claim.userId) ?? {};
        const results = await Promise.all(
          devices.map(async (device): Promise<DeviceResult> => ({
            device,
            result: await delivery.deliver(device, { ...claim, locale }, expiresAt),
          })),
        );
        told.push({ claim, results });
      }),
    );
    await within(SLOW_MS, telling).catch(() => undefined);
    if (told.length > 0 && told.length < claims.length) {
      const early = told.splice(0);
      await transaction(pool, (tx) => record(tx, parts, early));
    }
    await telling;
    return {
      retries: [],
      async record(tx) {
        await record(tx, parts, told);
        await addLater(tx, parts, later);
      },
    };
  },
});

const keyOf = ({ conversationId, userId }: Party): string => conversationId + userId;

async function record(tx: PoolClient, { jobs }: PushParts, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await recordPushed(
    tx,
    told.map(({ claim }) => claim),
  );
  await removeGone(
    tx,
    told.flatMap(({ results }) =>
      results.flatMap(({ device, result }) => (result.kind === 'gone' ? [device] : [])),
    ),
  );
  // They were sent together, and those that have nothing to wait for fail together.
  const afterMs = retryDelayMs(0);
  const again = told.flatMap(({ claim, results }) =>
    results.flatMap(({ device, result }) => {
      if (result.kind !== 'retry') return [];
      const { conversationId, userId, seq } = claim;
      const item: PushAgain = { conversationId, userId, deviceId: device.id, seq };
      const waitMs = result.afterMs === undefined ? afterMs : retryDelayMs(0, result.afterMs);
      return [{ item, waitMs }];
    }),
  );
  for (const [waitMs, group] of groupBy(again, (one) => one.waitMs))
    await jobs.add(
      tx,
      'push_again',
      group.map(({ item }) => item),
      waitMs,
    );
}

async function addLater(
  tx: PoolClient,
  { jobs }: PushParts,
  later: readonly Later[],
): Promise<void> {
  for (const [waitMs, group] of groupBy(later, (one) => one.waitMs))
    await jobs.add(tx, 'push', pushJobs(group.map(({ party }) => party)), waitMs);
}
