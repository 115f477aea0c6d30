/** A job of pushes, which is decided in pieces, on a real PostgreSQL. */
import { beforeEach, expect, test } from 'vitest';
import { transaction } from '../src/jobs/transaction.ts';
import type { Party } from '../src/push/claim.ts';
import type { Delivery } from '../src/push/deliver.ts';
import { type PushJob, pushJobs, pushQueue } from '../src/push/push-job.ts';
import { createDatabase } from './support/database.ts';
import { type JobsWorker, jobsWorker } from './support/jobs.ts';

const COUNT = 120;

let worker: JobsWorker;
/** Conversations that somebody was told of, in order. */
let told: string[];
beforeEach(async () => {
  worker = await jobsWorker(await createDatabase());
  told = [];
});

/** Sellers who have a device, and a message that they have not read. */
async function unreadParties(): Promise<readonly Party[]> {
  const { rows } = await worker.pool.query<Party>(
    `WITH made AS (
       INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at, changed_at, seq, buyer_sent)
       SELECT gen_random_uuid(), n, gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1 FROM generate_series(1, $1::integer) n
       RETURNING id, buyer_id, seller_id
     ), sent AS (
       INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
       SELECT gen_random_uuid(), id, buyer_id, 'x', now() - interval '1 minute', 1 FROM made
     ), reached AS (
       INSERT INTO devices (id, user_id, platform, token, created_at, registered_at)
       SELECT gen_random_uuid(), seller_id, 'fcm', gen_random_uuid()::text, now(), now() FROM made
     )
     SELECT id AS "conversationId", seller_id AS "userId" FROM made`,
    [COUNT],
  );
  return rows;
}

/** Works on a job as the queue does. @param slow takes until then */
async function work(item: PushJob, slow?: { id: string; until: Promise<void> }): Promise<void> {
  const { pool, jobs } = worker;
  const delivery: Delivery = {
    platforms: ['fcm'],
    async deliver(_, { conversationId }) {
      told.push(conversationId);
      if (conversationId === slow?.id) await slow.until;
      return { kind: 'sent' };
    },
    expired: () => undefined,
  };
  const queue = pushQueue({ pool, jobs, delivery, delayMs: 0 });
  const { record } = await queue.run([{ item, attempt: 0, since: Date.now() }]);
  await transaction(pool, async (tx) => record?.(tx));
}

const count = async (text: string): Promise<unknown> =>
  (await worker.pool.query<{ count: number }>(`SELECT count(*)::integer AS count ${text}`)).rows[0]
    ?.count;

const written = () => count('FROM notices WHERE pushed_seq = 1 AND pushing_until IS NULL');

test('everybody is told once, and that is written', async () => {
  const parties = await unreadParties();
  const [job, ...others] = pushJobs(parties);
  expect(others).toEqual([]);
  await work({ parties: [...(job?.parties ?? []), ...parties.slice(0, 10)] });
  expect(told.toSorted()).toEqual(parties.map(({ conversationId }) => conversationId).toSorted());
  expect(await written()).toBe(COUNT);
  await work({ parties });
  expect(told).toHaveLength(COUNT);
});

test('when a piece of it cannot be decided, what the others were told is written, and it is tried again', async () => {
  const parties = await unreadParties();
  const middle = parties[COUNT / 2]?.userId;
  await worker.pool.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN IF NEW.user_id = '${middle}' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refusing BEFORE INSERT ON notices FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );
  await expect(work({ parties })).rejects.toThrow('not this one');
  const early = told.length;
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(COUNT);
  expect(await written()).toBe(early);

  await worker.pool.query('DROP TRIGGER refusing ON notices');
  await work({ parties });
  expect(told.toSorted()).toEqual(parties.map(({ conversationId }) => conversationId).toSorted());
  expect(await count('FROM parley_jobs.job')).toBe(0);
});

test('what was told is written while others take long, or at the end if it cannot be then', async () => {
  const parties = await unreadParties();
  const [first] = parties;
  /** All but one are told at once. */
  const run = (): { readonly working: Promise<void>; readonly end: () => void } => {
    let end: (() => void) | undefined;
    const until = new Promise<void>((resolve) => {
      end = resolve;
    });
    return {
      working: work({ parties }, { id: first?.conversationId ?? '', until }),
      end: () => end?.(),
    };
  };
  const early = run();
  await expect.poll(written).toBe(COUNT - 1);
  early.end();
  await early.working;
  expect(await written()).toBe(COUNT);

  await worker.pool.query('UPDATE notices SET pushed_seq = 0');
  // Refuses what was told, and counts that even so.
  await worker.pool.query(
    `CREATE SEQUENCE refused;
     CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN IF NEW.pushed_seq > 0 THEN PERFORM nextval('refused'); RAISE 'not now'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refusing BEFORE INSERT ON notices FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );
  const late = run();
  await expect.poll(() => count('FROM refused WHERE is_called')).toBe(1);
  await worker.pool.query('DROP TRIGGER refusing ON notices');
  late.end();
  await late.working;
  expect(await written()).toBe(COUNT);
  expect(told).toHaveLength(2 * COUNT);
});

test('whom somebody else is telling something waits for that, with nothing of what was written', async () => {
  const parties = (await unreadParties()).slice(0, 1);
  await worker.pool.query(
    `INSERT INTO notices (conversation_id, user_id, pushing_seq, pushing_until)
     VALUES ($1, $2, 1, now() + interval '1 minute')`,
    [parties[0]?.conversationId, parties[0]?.userId],
  );
  await work({ parties });
  expect(told).toEqual([]);
  const { rows } = await worker.pool.query<{ item: PushJob }>(
    `SELECT data -> 'item' AS item FROM parley_jobs.job WHERE start_after > now()`,
  );
  expect(rows).toEqual([{ item: { parties } }]);
});
