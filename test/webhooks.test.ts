/** Webhooks, as the marketplace's system receives them. Written from docs/webhooks.md. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { transaction } from '../src/jobs/transaction.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import type { HistoryMessage } from '../src/protocol/resources.ts';
import type { WebhookEvent } from '../src/webhooks/webhook-event.ts';
import { type WebhookJob, eventId } from '../src/webhooks/webhook-job.ts';
import { webhookQueue } from '../src/webhooks/webhook-queue.ts';
import { webhookScans } from '../src/webhooks/webhook-scans.ts';
import { QuietChat, type QuietConversation, type Worker } from './support/quiet-chat.ts';
import { WebhookReceiver, answer } from './support/webhook-receiver.ts';

const closing = new Disposer();
afterAll(() => closing[Symbol.asyncDispose]());

const SECRET = randomBytes(32);
const toText = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;
const DAY_MS = 86_400_000;

let chat: QuietChat;
let receiver: WebhookReceiver;
let outcomes: string[];

beforeEach(async () => {
  chat = await QuietChat.open();
  receiver = await WebhookReceiver.start(toText(SECRET));
  outcomes = [];
  onTestFinished(async () => {
    await chat[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });
});

interface Options {
  readonly secrets?: readonly Buffer[];
  readonly publicUrl?: string;
}

function queueOf(worker: Worker, options: Options = {}) {
  const { secrets = [SECRET], publicUrl } = options;
  return webhookQueue(
    {
      settings: { url: receiver.url, secrets },
      publicUrl,
      pool: worker.pool,
      toMessage: chat.toMessage,
      observer: { webhook: (type, outcome) => void outcomes.push(`${type} ${outcome}`) },
      logger: chat.logger,
    },
    worker.resources,
  );
}

/** Somebody who sends webhooks, and looks for what is new when it is told to. */
async function sender(options: Options = {}, scans = false): Promise<Worker> {
  const worker = await chat.worker();
  worker.jobs.work(queueOf(worker, options));
  if (scans) await worker.scan(webhookScans);
  return worker;
}

const add = (worker: Worker, ...jobs: WebhookJob[]): Promise<void> =>
  transaction(worker.pool, (tx) => worker.jobs.add(tx, 'webhook', jobs));

const jobOf = ({ conversationId }: QuietConversation, { id }: HistoryMessage): WebhookJob => ({
  type: 'message.created',
  conversationId,
  messageId: id,
});

/** A message that somebody is to be told of. */
async function message(content = 'Is it still available?') {
  const conversation = await chat.conversation();
  const sent = await chat.send(conversation, conversation.buyerId, content);
  return { conversation, sent, job: jobOf(conversation, sent) };
}

const ids = (events: readonly { readonly id: string }[]): string[] =>
  events.map(({ id }) => id).toSorted();
async function nothingWaits(worker: Worker): Promise<void> {
  await expect.poll(async () => (await worker.jobs.waiting()).webhook).toBe(0);
}
const dead = () => chat.query('SELECT * FROM dead_webhooks ORDER BY event_id');
/** As if the jobs had been there for so long. */
const age = (ms: number) =>
  chat.query(
    `UPDATE parley_jobs.job SET data = jsonb_set(data, '{since}', to_jsonb((data ->> 'since')::float8 - $1::float8))`,
    [ms],
  );
/** How long the one that is to be tried again still waits; `undefined` before it does. */
async function remainingMs(): Promise<unknown> {
  const [row] = await chat.query(
    `SELECT extract(epoch FROM start_after - now())::float8 * 1000 AS ms
     FROM parley_jobs.job WHERE state = 'created' AND start_after > now()`,
  );
  return row?.['ms'];
}
/** As if the time of those that wait had come. */
const hurry = () => chat.query('UPDATE parley_jobs.job SET start_after = now()');

test('every message and conversation is told of once, with its parties', async () => {
  await sender({}, true);
  const conversations = await Promise.all(Array.from({ length: 5 }, () => chat.conversation()));
  const expected = new Map<string, WebhookEvent['data']>();
  const sending = conversations.flatMap(({ conversationId, listingId, buyerId, sellerId }) =>
    [buyerId, sellerId].map(async (senderId) => {
      for (let n = 0; n < 20; n += 1) {
        const conversation = { id: conversationId, listingId, buyerId, sellerId };
        const sent = await chat.send({ conversationId, buyerId, sellerId }, senderId, `m ${n} 👋`);
        const recipientId = senderId === buyerId ? sellerId : buyerId;
        expected.set(`msg_${sent.id}`, { conversation, message: sent, recipientId });
      }
    }),
  );
  await Promise.all(sending);
  await expect.poll(() => receiver.taken.length, { timeout: 20_000 }).toBe(205);
  const created = receiver.taken.filter(({ event }) => event.type === 'message.created');
  expect(new Map(created.map(({ id, event }) => [id, event.data]))).toEqual(expected);
  const times = created.flatMap(({ event }) =>
    event.type === 'message.created' ? [[event.timestamp, event.data.message.createdAt]] : [],
  );
  for (const [timestamp, createdAt] of times) expect(timestamp).toBe(createdAt);
  const others = receiver.taken.filter(({ event }) => event.type === 'conversation.created');
  const rows = await chat.query('SELECT * FROM conversations');
  const data = new Map(others.map(({ id, event }) => [id, event.data]));
  expect(data).toEqual(
    new Map(
      rows.map((row) => {
        const { id, listing_id, buyer_id, seller_id, created_at } = row;
        const createdAt = (created_at as Date).toISOString();
        const parties = { listingId: listing_id, buyerId: buyer_id, sellerId: seller_id };
        return [`conversation_${String(id)}`, { conversation: { id, ...parties, createdAt } }];
      }),
    ),
  );
  expect(receiver.attempts).toHaveLength(205);
  expect(receiver.refused).toEqual([]);
  expect(outcomes.toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => 'conversation.created taken'),
    ...Array.from({ length: 200 }, () => 'message.created taken'),
  ]);
  // Connections are kept.
  expect(receiver.connections).toBeLessThan(120);
});

test('of several workers one tells of each', async () => {
  const workers = await Promise.all([sender({}, true), sender({}, true), sender({}, true)]);
  const conversation = await chat.conversation();
  const sent = await Promise.all(
    Array.from({ length: 300 }, (_, n) => chat.send(conversation, conversation.buyerId, `m ${n}`)),
  );
  const all = [...sent.map(({ id }) => `msg_${id}`), `conversation_${conversation.conversationId}`];
  await expect.poll(() => ids(receiver.taken), { timeout: 20_000 }).toEqual(all.toSorted());
  await nothingWaits(workers[0]);
  expect(receiver.attempts).toHaveLength(301);
});

test('an event says how things are when it is sent', async () => {
  const edited = await message('first');
  const deleted = await message('never mind');
  const removed = await message('as if it had never been');
  await chat.changes.editMessage({
    conversationId: edited.conversation.conversationId,
    userId: edited.conversation.buyerId,
    messageId: edited.sent.id,
    value: 'second',
  });
  await chat.changes.deleteMessage({
    conversationId: deleted.conversation.conversationId,
    userId: deleted.conversation.buyerId,
    messageId: deleted.sent.id,
    value: '',
  });
  await chat.query('DELETE FROM conversations WHERE id = $1', [
    removed.conversation.conversationId,
  ]);
  const worker = await sender();
  await add(worker, edited.job, deleted.job, removed.job);
  await expect.poll(() => receiver.taken.length).toBe(2);
  await nothingWaits(worker);
  const shown = new Map(receiver.taken.map(({ id, event }) => [id, event.data]));
  expect(shown.get(eventId(edited.job))).toMatchObject({
    message: { content: 'second', editedAt: expect.any(String) },
  });
  expect(shown.get(eventId(deleted.job))).toMatchObject({
    message: { content: '', deletedAt: expect.any(String) },
  });
  expect(outcomes).toContain('message.created outdated');
});

test("URLs of files are absolute when Parley's own is known", async () => {
  const { conversation, sent, job } = await message('with a picture');
  const file = { id: randomUUID(), name: 'a.png', contentType: 'image/png', size: 7 };
  await chat.query('UPDATE messages SET attachments = $2 WHERE id = $1', [
    sent.id,
    JSON.stringify([{ ...file, width: 1, height: 1, hasThumbnail: true }]),
  ]);
  const urls = async (publicUrl?: string) => {
    const worker = await sender(publicUrl === undefined ? {} : { publicUrl });
    await add(worker, job);
    await nothingWaits(worker);
    await worker.stop();
    const data = receiver.taken.at(-1)?.event.data;
    const [shown] = data !== undefined && 'message' in data ? (data.message.attachments ?? []) : [];
    expect(shown).toMatchObject(file);
    return [shown?.url, shown?.thumbnailUrl];
  };
  const path = `/api/attachments/${conversation.conversationId}/${file.id}`;
  const [url, thumbnail] = await urls('https://chat.shop.example');
  expect(url).toMatch(`https://chat.shop.example${path}/original?expires=`);
  expect(thumbnail).toMatch(`https://chat.shop.example${path}/thumbnail?expires=`);
  expect((await urls())[0]).toMatch(new RegExp(`^${path}/original`));
});

test('what it did not take while it was down comes when it is back, with the same id', async () => {
  await receiver.stop();
  const worker = await sender({}, true);
  const conversation = await chat.conversation();
  const sent = await Promise.all(
    Array.from({ length: 50 }, (_, n) => chat.send(conversation, conversation.sellerId, `m ${n}`)),
  );
  await expect
    .poll(() => outcomes.filter((one) => one.endsWith('failed')).length)
    .toBeGreaterThan(4);
  await receiver.listen();
  const all = [...sent.map(({ id }) => `msg_${id}`), `conversation_${conversation.conversationId}`];
  await expect.poll(() => ids(receiver.taken), { timeout: 25_000 }).toEqual(all.toSorted());
  await nothingWaits(worker);
  expect(receiver.attempts).toHaveLength(51);
});

test.each([
  { what: 'an error', behaviour: answer(500), reason: '500' },
  { what: 'a redirect', behaviour: answer(307, { location: '/hooks' }), reason: '307' },
  { what: 'a refusal', behaviour: answer(404), reason: '404' },
  {
    what: 'a connection that is cut',
    behaviour: ((response) => response.destroy()) satisfies WebhookReceiver['behaviour'],
    reason: 'ECONNRESET',
  },
])('$what is tried again, later each time', async ({ behaviour, reason }) => {
  receiver.behaviour = behaviour;
  const { job } = await message();
  const worker = await sender();
  await add(worker, job);
  const waits: number[] = [];
  for (let failed = 1; failed <= 4; failed += 1) {
    await expect.poll(() => outcomes).toHaveLength(failed);
    await expect.poll(remainingMs).toBeTypeOf('number');
    waits.push(Number(await remainingMs()));
    if (failed === 4) receiver.behaviour = answer(200);
    await hurry();
  }
  await expect.poll(() => receiver.taken.length).toBe(1);
  await nothingWaits(worker);
  waits.forEach((wait, n) => {
    expect(wait).toBeGreaterThan(5_000 * 2 ** n - 1_500);
    expect(wait).toBeLessThanOrEqual(7_500 * 2 ** n);
  });
  expect(new Set(ids(receiver.attempts)).size).toBe(1);
  expect(receiver.attempts).toHaveLength(5);
  expect(chat.log.join('')).toContain(`"reason":"${reason}"`);
});

test('an endpoint that asks to be left alone is left alone for so long, by all', async () => {
  receiver.behaviour = answer(429, { 'retry-after': '8' });
  const first = await message();
  const second = await message();
  const worker = await sender();
  await add(worker, first.job);
  await expect.poll(() => outcomes).toEqual(['message.created failed']);
  receiver.behaviour = answer(200);
  await add(worker, second.job);
  await expect.poll(() => receiver.taken.length, { timeout: 15_000 }).toBe(2);
  const [refused, ...others] = receiver.attempts;
  for (const { at } of others) expect(at - (refused?.at ?? 0)).toBeGreaterThanOrEqual(7_900);
});

test('an endpoint that asks for more than three hours is asked again after three hours', async () => {
  receiver.behaviour = answer(503, { 'retry-after': '999999999' });
  const { job } = await message();
  const worker = await chat.worker();
  const { retries } = await queueOf(worker).run([{ item: job, attempt: 0, since: Date.now() }]);
  expect(retries).toMatchObject([{ afterMs: 3 * 3_600_000 }]);
});

test('an endpoint that does not answer is given 10 s, and holds up nobody who has been there before', async () => {
  receiver.behaviour = (response, { id }) => {
    if (id === eventId(hanging.job)) return;
    response.writeHead(200).end();
  };
  const hanging = await message();
  const others = await Promise.all(Array.from({ length: 40 }, () => message()));
  const worker = await sender();
  await add(worker, hanging.job, ...others.map(({ job }) => job));
  await expect.poll(() => receiver.taken.length, { timeout: 5_000 }).toBe(40);
  await expect.poll(() => outcomes, { timeout: 15_000 }).toContain('message.created failed');
  expect(chat.log.join('')).toContain('"reason":"timeout"');
});

test('an endless answer is not read to its end', async () => {
  receiver.behaviour = (response) => {
    response.writeHead(200);
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  };
  const { job } = await message();
  const worker = await sender();
  await add(worker, job);
  await expect.poll(() => outcomes).toEqual(['message.created taken']);
  await nothingWaits(worker);
});

test('an endpoint that fails again and again is asked seldom', async () => {
  receiver.behaviour = answer(503);
  const worker = await sender();
  const messages = await Promise.all(Array.from({ length: 300 }, () => message()));
  await add(worker, ...messages.map(({ job }) => job));
  await expect.poll(() => outcomes.length).toBeGreaterThanOrEqual(5);
  // What was under way when the fifth failed, and little more.
  expect(receiver.attempts.length).toBeLessThan(150);
  receiver.behaviour = answer(204);
  await expect
    .poll(() => new Set(ids(receiver.taken)).size, { timeout: 25_000 })
    .toBe(messages.length);
  expect(receiver.taken).toHaveLength(messages.length);
});

test('what fails for a day is kept and not tried any more', async () => {
  receiver.behaviour = answer(500);
  const { job } = await message('a secret content');
  const worker = await sender();
  await add(worker, job);
  await expect.poll(() => outcomes).toEqual(['message.created failed']);
  await expect.poll(remainingMs).toBeTypeOf('number');
  await age(DAY_MS - 60_000);
  await hurry();
  await expect.poll(() => outcomes).toHaveLength(2);
  await expect.poll(remainingMs).toBeTypeOf('number');
  await age(60_000);
  await hurry();
  await expect.poll(() => outcomes.at(-1)).toBe('message.created dead');
  await nothingWaits(worker);
  expect(await dead()).toEqual([
    {
      event_id: eventId(job),
      event: job,
      attempts: 3,
      reason: '500',
      died_at: expect.any(Date),
    },
  ]);
  expect(receiver.attempts).toHaveLength(3);
  expect(chat.log.join('')).not.toContain('secret');
});

test('an endpoint that is gone for good (410) is not tried again', async () => {
  receiver.behaviour = answer(410);
  const { job } = await message();
  const worker = await sender();
  await add(worker, job);
  await expect.poll(() => outcomes).toEqual(['message.created dead']);
  await nothingWaits(worker);
  expect(await dead()).toMatchObject([{ event_id: eventId(job), attempts: 1, reason: '410' }]);
});

test('while the secret is replaced a receiver may have either; with another one it refuses', async () => {
  const next = randomBytes(32);
  const worker = await sender({ secrets: [next, SECRET] });
  const first = await message();
  await add(worker, first.job);
  await expect.poll(() => ids(receiver.taken)).toEqual([eventId(first.job)]);
  receiver.secret = toText(next);
  const second = await message();
  await add(worker, second.job);
  await expect.poll(() => receiver.taken.length).toBe(2);
  receiver.secret = toText(randomBytes(32));
  const third = await message('for nobody');
  await add(worker, third.job);
  await expect.poll(() => receiver.refused).toEqual(['No matching signature found']);
  await expect.poll(() => outcomes.at(-1)).toBe('message.created failed');
  const log = chat.log.join('');
  expect(log).toContain('"reason":"401"');
  for (const secret of [next, SECRET]) expect(log).not.toContain(secret.toString('base64'));
  expect(log).not.toContain('nobody');
  expect(log).not.toContain('v1,');
});

test('a worker that stops finishes what it has begun', async () => {
  const worker = await sender();
  const messages = await Promise.all(Array.from({ length: 20 }, () => message()));
  receiver.behaviour = (response) => void setTimeout(() => response.writeHead(200).end(), 300);
  await add(worker, ...messages.map(({ job }) => job));
  await expect.poll(() => receiver.attempts.length).toBeGreaterThan(0);
  await worker.stop();
  const again = await sender();
  await expect.poll(() => new Set(ids(receiver.taken)).size).toBe(20);
  await nothingWaits(again);
  expect(receiver.attempts).toHaveLength(20);
});

test('what a worker has sent before it died is sent again by another one, with the same id', async () => {
  const { job } = await message();
  const worker = await sender();
  const died = await chat.worker();
  const batch = [{ item: job, attempt: 0, since: Date.now() }];
  // What is recorded afterwards is what is lost with a worker.
  await queueOf(died).run(batch);
  await add(worker, job);
  await expect.poll(() => receiver.taken.length).toBe(2);
  expect(new Set(ids(receiver.taken))).toEqual(new Set([eventId(job)]));
  expect(receiver.taken[0]?.event).toEqual(receiver.taken[1]?.event);
});

/** `npm run webhooks:replay`, as it is in the image. */
async function replay(...args: string[]): Promise<string> {
  return (
    await run(process.execPath, [packagePath('dist/webhooks-replay.js'), ...args], {
      env: { DATABASE_URL: chat.databaseUrl },
    })
  ).trim();
}

test('what was given up is sent again when somebody says so, with the id it had', async () => {
  receiver.behaviour = answer(410);
  const first = await message();
  const second = await message();
  const { conversationId } = second.conversation;
  const created: WebhookJob = { type: 'conversation.created', conversationId };
  const worker = await sender();
  await add(worker, first.job, second.job, created);
  await expect.poll(() => outcomes).toHaveLength(3);
  await nothingWaits(worker);
  await chat.query(`UPDATE dead_webhooks SET died_at = '2026-11-20' WHERE event_id = $1`, [
    eventId(first.job),
  ]);
  receiver.behaviour = answer(204);

  expect(await replay('--dry-run')).toBe('webhooks that would be sent again: 3');
  expect(await replay('--dry-run', '--since', '2026-11-21')).toMatch(/: 2$/);
  expect(await replay('--type', 'conversation.created')).toBe('webhooks that are sent again: 1');
  await expect.poll(() => ids(receiver.taken)).toEqual([eventId(created)]);
  expect(await replay('--since', '2026-11-21')).toMatch(/: 1$/);
  await expect.poll(() => receiver.taken.length).toBe(2);
  expect(await dead()).toMatchObject([{ event_id: eventId(first.job) }]);
  expect(await replay()).toMatch(/: 1$/);
  await expect.poll(() => receiver.taken.length).toBe(3);
  expect(ids(receiver.taken)).toEqual(
    [first.job, second.job, created].map((job) => eventId(job)).toSorted(),
  );
  expect(await replay()).toMatch(/: 0$/);
  expect(await dead()).toEqual([]);
});

test('thousands are moved together', async () => {
  const { job } = await message();
  await chat.query(
    `INSERT INTO dead_webhooks
     SELECT 'msg_' || n, $1::jsonb, 20, '500', now() FROM generate_series(1, 2500) AS n`,
    [JSON.stringify(job)],
  );
  const worker = await chat.worker();
  expect(await replay()).toMatch(/: 2500$/);
  expect((await worker.jobs.waiting()).webhook).toBe(2_500);
  const rows = await chat.query(
    `SELECT DISTINCT data -> 'item' AS item, data -> 'attempt' AS attempt FROM parley_jobs.job WHERE name = 'webhook'`,
  );
  expect(rows).toEqual([{ item: job, attempt: 0 }]);
});

test('a replay that is asked for wrongly says what is wrong', async () => {
  await expect(replay('--since', 'yesterday')).rejects.toThrow(
    'webhooks:replay: --since must be a day or a time in UTC',
  );
  await expect(replay('--all')).rejects.toThrow("Unknown option '--all'");
});
