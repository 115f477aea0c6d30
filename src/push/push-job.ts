import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Jobs } from '../jobs/jobs.ts';
import type { Queue } from '../jobs/queue.ts';
import { transaction } from '../jobs/transaction.ts';
import { groupBy } from '../lib/group-by.ts';
import { slices } from '../lib/slices.ts';
import { within } from '../lib/within.ts';
import { type Claim, type Party, recordPushed } from './claim.ts';
import { type Later, type Telling, decide } from './decide.ts';
import { type Delivery, EXPIRES_MS } from './deliver.ts';
import type { PushDevice, PushResult } from './provider.ts';
import { removeGone } from './gone.ts';
import type { PushAgain } from './push-again.ts';
import { retryDelayMs } from './retry-delay.ts';

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

interface DeviceResult {
  readonly device: PushDevice;
  readonly result: PushResult;
}

interface Told {
  readonly claim: Claim;
  readonly results: readonly DeviceResult[];
}

/**
 * So many sends of a piece of a job begin together, and the next ones so much later, in milliseconds: whatever keeps a core busy for longer is felt by
 * those who chat, whose nodes and PostgreSQL may be beside it; and who is woken for each takes more CPU (docs/performance.md).
 */
const AT_ONCE = 2;
const PACE_MS = 2;
const paceMs = (before: number): number => PACE_MS * Math.floor(before / AT_ONCE);
/** In one job. */
const MAX_PARTIES = 128;
/** Decided together: a statement for more of them would keep PostgreSQL from those who chat for longer, one for fewer costs more for each. */
const SLICE = 50;

export const pushJobs = (parties: readonly Party[]): PushJob[] =>
  slices(parties, MAX_PARTIES).map((some) => ({ parties: some }));

/** Tells parties of conversations what they have not read, if there is anything and they want to be told. */
export const pushQueue = (parts: PushParts): Queue<PushJob> => ({
  name: 'push',
  batchSize: 1,
  concurrency: 4,
  async run(jobs) {
    const write = (some: readonly Told[]): Promise<void> =>
      transaction(parts.pool, (tx) => record(tx, parts, some));
    const parties = jobs.flatMap(({ item }) => item.parties);
    const wanted = [...new Map(parties.map((party) => [keyOf(party), party])).values()];
    const expiresAt = Date.now() + EXPIRES_MS;
    const told: Told[] = [];
    const later: Later[] = [];
    const tell = async (slice: readonly Party[], i: number): Promise<void> => {
      await sleep(paceMs(i * slice.length));
      const decision = await decide(parts, slice);
      later.push(...decision.later);
      await Promise.all(
        decision.tellings.map(async (telling, n) => {
          await sleep(paceMs(n));
          told.push(await send(parts.delivery, telling, expiresAt));
        }),
      );
    };
    const telling = Promise.allSettled(slices(wanted, SLICE).map(tell));
    const isSlow = await within(SLOW_MS, telling).then(
      () => false,
      () => true,
    );
    if (isSlow && told.length > 0) {
      const early = told.splice(0);
      // What cannot be written now is written at the end.
      await write(early).catch(() => told.push(...early));
    }
    const failed = (await telling).find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      // All of them are tried again, and those that were told have nothing to be told of.
      await write(told);
      throw failed.reason;
    }
    return {
      retries: [],
      async record(tx) {
        await record(tx, parts, told);
        await addLater(tx, parts, later);
      },
    };
  },
});

async function send(
  { deliver }: Delivery,
  { claim, recipient: { devices, locale } }: Telling,
  expiresAt: number,
): Promise<Told> {
  const results = await Promise.all(
    devices.map(async (device): Promise<DeviceResult> => ({
      device,
      result: await deliver(device, { ...claim, locale }, expiresAt),
    })),
  );
  return { claim, results };
}

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
