/** Who is reminded of what they have not read, and when. Written from docs/webhooks.md. */
import { randomBytes } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { transaction } from '../src/jobs/transaction.ts';
import { type RemindJob, remindScan } from '../src/reminders/remind-scan.ts';
import { remindQueue } from '../src/reminders/remind-queue.ts';
import type { WebhookJob } from '../src/webhooks/webhook-job.ts';
import { webhookQueue } from '../src/webhooks/webhook-queue.ts';
import { QuietChat, type QuietConversation, type Worker } from './support/quiet-chat.ts';
import { WebhookReceiver } from './support/webhook-receiver.ts';

const AFTER_MS = 15 * 60_000;

let chat: QuietChat;
let worker: Worker;
beforeEach(async () => {
  chat = await QuietChat.open();
  worker = await chat.worker();
  onTestFinished(() => chat[Symbol.asyncDispose]());
});

interface Options {
  readonly hasEmail?: boolean;
  readonly hasWebhook?: boolean;
}
const both = { hasEmail: true, hasWebhook: true };

interface EmailJob extends RemindJob {
  readonly seq: number;
  readonly sinceSeq: number;
}

interface Added {
  remind: RemindJob[];
  email: EmailJob[];
  webhook: WebhookJob[];
}
const NOTHING: Added = { remind: [], email: [], webhook: [] };

/** Takes what was added out of the queues. */
async function added(): Promise<Added> {
  const rows = await chat.query(
    `DELETE FROM parley_jobs.job WHERE name IN ('remind', 'email', 'webhook') RETURNING name, data -> 'item' AS item`,
  );
  const of = <T>(name: string): T[] =>
    rows.filter((row) => row['name'] === name).map((row) => row['item'] as T);
  return { remind: of('remind'), email: of('email'), webhook: of('webhook') };
}

/** As if all messages had been sent earlier by so much. */
const pass = (ms: number) =>
  chat.query(`UPDATE messages SET created_at = created_at - $1 * interval '1 millisecond'`, [ms]);

/** What a scan finds that looks from the beginning up to now. */
async function found({ hasWebhook = true }: Options = {}): Promise<RemindJob[]> {
  const scan = remindScan({ remindAfterMs: AFTER_MS, hasWebhook });
  const jobs = await transaction(worker.pool, (tx) =>
    scan.find(tx, new Date(0), new Date(Date.now() - scan.delayMs)),
  );
  return jobs as RemindJob[];
}

const batchOf = (pairs: readonly RemindJob[]) =>
  pairs.map((item) => ({ item, attempt: 0, since: Date.now() }));

async function decideOnly(
  pairs: readonly RemindJob[],
  { hasEmail = false, hasWebhook = false }: Options = both,
): Promise<void> {
  const queue = remindQueue({ hasEmail, hasWebhook, jobs: worker.jobs });
  const { record } = await queue.run(batchOf(pairs));
  await transaction(worker.pool, (tx) => record?.(tx) ?? Promise.resolve());
}

/** What a batch of jobs ends with. */
async function decide(pairs: readonly RemindJob[], options: Options = both): Promise<Added> {
  await decideOnly(pairs, options);
  return added();
}

const pairOf = ({ conversationId, sellerId }: QuietConversation): RemindJob => ({
  conversationId,
  userId: sellerId,
});
const mute = ({ conversationId, sellerId }: QuietConversation, until: string) =>
  chat.query(
    `INSERT INTO notices (conversation_id, user_id, muted_until)
     VALUES ($1, $2, CASE $3 WHEN 'for good' THEN 'infinity' ELSE now() + $3::interval END)
     ON CONFLICT (conversation_id, user_id) DO UPDATE SET muted_until = excluded.muted_until`,
    [conversationId, sellerId, until],
  );
const partiesOf = ({ conversationId: id, ...parties }: QuietConversation) => ({ id, ...parties });
const unsubscribe = ({ sellerId }: QuietConversation) =>
  chat.query('UPDATE users SET email_off_at = now() WHERE id = $1', [sellerId]);
const webhookOf = (conversation: QuietConversation, seq: number) => ({
  type: 'message.unread',
  ...pairOf(conversation),
  seq,
  at: expect.any(String),
});

/** The seller has an address, and has got messages that are as old as they must be. */
async function unread(count = 1): Promise<QuietConversation> {
  const conversation = await chat.conversation();
  await chat.query(`INSERT INTO users (id, email) VALUES ($1, 'seller@shop.example')`, [
    conversation.sellerId,
  ]);
  for (let n = 0; n < count; n += 1)
    await chat.send(conversation, conversation.buyerId, `question ${n}`);
  await pass(AFTER_MS + 1_000);
  return conversation;
}

/** The seller reads all there is. */
async function readAll({ conversationId, sellerId }: QuietConversation): Promise<void> {
  const [row] = await chat.query(
    'SELECT id FROM messages WHERE conversation_id = $1 AND sender_id <> $2 ORDER BY seq DESC LIMIT 1',
    [conversationId, sellerId],
  );
  await chat.markRead({ conversationId, readerId: sellerId, messageId: String(row?.['id']) });
}

async function startReceiver(): Promise<{ receiver: WebhookReceiver; outcomes: string[] }> {
  const secret = randomBytes(32);
  const receiver = await WebhookReceiver.start(`whsec_${secret.toString('base64')}`);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  const outcomes: string[] = [];
  const queue = webhookQueue(
    {
      settings: { url: receiver.url, secrets: [secret] },
      publicUrl: undefined,
      pool: worker.pool,
      toMessage: chat.toMessage,
      observer: { webhook: (_, outcome) => void outcomes.push(outcome) },
      logger: chat.logger,
    },
    worker.resources,
  );
  worker.jobs.work(queue);
  return { receiver, outcomes };
}

test('who has left messages unread for so long is found, once for each conversation', async () => {
  const conversation = await unread(3);
  await chat.send(conversation, conversation.buyerId, 'too young');
  expect(await found()).toEqual([pairOf(conversation)]);
  const young = await chat.conversation();
  await chat.send(young, young.buyerId, 'too young as well');
  expect(await found()).toEqual([pairOf(conversation)]);
});

test('neither what was read nor what was deleted is looked at', async () => {
  const [read, deleted] = [await unread(), await chat.conversation()];
  await readAll(read);
  const sent = await chat.send(deleted, deleted.buyerId, 'deleted');
  await chat.changes.deleteMessage({
    conversationId: deleted.conversationId,
    userId: deleted.buyerId,
    messageId: sent.id,
    value: '',
  });
  await pass(AFTER_MS + 1_000);
  expect(await found()).toEqual([]);
});

test('without a webhook only those are found who have an address and want e-mail', async () => {
  const [withAddress, unsubscribed, without] = [
    await unread(),
    await unread(),
    await chat.conversation(),
  ];
  await chat.send(without, without.buyerId, 'hello');
  await pass(AFTER_MS + 1_000);
  await unsubscribe(unsubscribed);
  expect(await found({ hasWebhook: false })).toEqual([pairOf(withAddress)]);
  expect(await found()).toHaveLength(3);
});

test('a reminder is of all that is unread, and there is none of them again', async () => {
  const conversation = await unread(2);
  await chat.send(conversation, conversation.buyerId, 'young');
  const pair = pairOf(conversation);
  expect(await decide([pair, pair])).toEqual({
    remind: [],
    email: [{ ...pair, seq: 3, sinceSeq: 0 }],
    webhook: [webhookOf(conversation, 3)],
  });
  expect(await decide([pair])).toEqual(NOTHING);
  await pass(AFTER_MS + 1_000);
  expect(await found()).toEqual([]);

  // What comes later is a reminder of its own, when it is as old.
  await chat.send(conversation, conversation.sellerId, 'of their own');
  await chat.send(conversation, conversation.buyerId, 'still there?');
  expect(await found()).toEqual([]);
  await pass(AFTER_MS + 1_000);
  expect(await found()).toContainEqual(pair);
  expect(await decide([pair])).toEqual({
    remind: [],
    email: [{ ...pair, seq: 5, sinceSeq: 3 }],
    webhook: [webhookOf(conversation, 5)],
  });
});

test('however much somebody writes, there is one reminder in that time', async () => {
  const conversation = await chat.conversation();
  const reminders: number[] = [];
  // A message a minute, and a look each minute.
  for (let minute = 0; minute < 65; minute += 1) {
    await chat.send(conversation, conversation.buyerId, `minute ${minute}`);
    const { webhook } = await decide(await found());
    if (webhook.length > 0) reminders.push(minute);
    await pass(60_000);
  }
  expect(reminders).toEqual([15, 31, 47, 63]);
});

test('nobody is reminded of what was read meanwhile', async () => {
  const conversation = await unread();
  const pairs = await found();
  await readAll(conversation);
  expect(await decide(pairs)).toEqual(NOTHING);
  expect(await chat.query('SELECT * FROM notices')).toEqual([]);
});

test('who has muted gets no e-mail, and is in the webhook; afterwards there is an e-mail of all', async () => {
  const conversation = await unread();
  const pair = pairOf(conversation);
  await mute(conversation, '1 hour');
  expect(await decide([pair], { hasEmail: true })).toEqual(NOTHING);
  await mute(conversation, '-1 second');
  expect(await decide([pair], { hasEmail: true })).toMatchObject({
    email: [{ ...pair, seq: 1, sinceSeq: 0 }],
  });
  const other = await unread();
  await mute(other, 'for good');
  expect(await decide([pairOf(other)])).toEqual({
    remind: [],
    email: [],
    webhook: [webhookOf(other, 1)],
  });
});

test('who has unsubscribed, or has no address, gets no e-mail', async () => {
  const [unsubscribed, without] = [await unread(), await unread()];
  await unsubscribe(unsubscribed);
  await chat.query('UPDATE users SET email = NULL WHERE id = $1', [without.sellerId]);
  const pairs = [pairOf(unsubscribed), pairOf(without)];
  expect(await decide(pairs, { hasEmail: true })).toEqual(NOTHING);
  const { email, webhook } = await decide(pairs);
  expect(email).toEqual([]);
  expect(webhook).toHaveLength(2);
});

test('without e-mail there is none, without a webhook no event', async () => {
  const [first, second] = [await unread(), await unread()];
  expect(await decide([pairOf(first)], { hasWebhook: true })).toEqual({
    remind: [],
    email: [],
    webhook: [webhookOf(first, 1)],
  });
  expect(await decide([pairOf(second)], { hasEmail: true })).toEqual({
    remind: [],
    email: [{ ...pairOf(second), seq: 1, sinceSeq: 0 }],
    webhook: [],
  });
});

test('of many who decide about the same pairs at once one reminds', async () => {
  // One after the other: each makes all that there is older.
  const conversations: QuietConversation[] = [];
  for (let n = 0; n < 20; n += 1) conversations.push(await unread());
  const pairs = conversations.map(pairOf);
  await Promise.all(
    Array.from({ length: 12 }, (_, n) => decideOnly(n % 2 === 0 ? pairs : pairs.toReversed())),
  );
  const { email, webhook } = await added();
  const people = conversations.map(({ sellerId }) => sellerId).toSorted();
  expect(email.map(({ userId }) => userId).toSorted()).toEqual(people);
  expect(webhook.map((job) => ('userId' in job ? job.userId : '')).toSorted()).toEqual(people);
});

test('a transaction that does not end well has reminded nobody', async () => {
  const conversation = await unread();
  const queue = remindQueue({ ...both, jobs: worker.jobs });
  const { record } = await queue.run(batchOf([pairOf(conversation)]));
  const died = transaction(worker.pool, async (tx) => {
    await record?.(tx);
    throw new Error('died');
  });
  await expect(died).rejects.toThrow('died');
  const { email, webhook } = await decide([pairOf(conversation)]);
  expect([email.length, webhook.length]).toEqual([1, 1]);
});

test('from the message to the event: what the marketplace is told', async () => {
  const { receiver } = await startReceiver();
  const { jobs } = worker;
  jobs.work(remindQueue({ hasEmail: false, hasWebhook: true, jobs }));
  await worker.scan([remindScan({ remindAfterMs: 2_000, hasWebhook: true })]);

  const loud = await chat.conversation();
  const sent = await Promise.all(
    Array.from({ length: 13 }, (_, n) => chat.send(loud, loud.buyerId, `question ${n}`)),
  );
  const muted = await chat.conversation();
  await mute(muted, 'for good');
  const only = await chat.send(muted, muted.buyerId, 'hello');
  await expect.poll(() => receiver.taken.length).toBe(2);

  const messages = sent.toSorted((a, b) => a.seq - b.seq);
  const events = new Map(receiver.taken.map(({ id, event }) => [id, event]));
  expect(events.get(`unread_${loud.conversationId}_13`)).toEqual({
    type: 'message.unread',
    timestamp: expect.any(String),
    data: {
      conversation: partiesOf(loud),
      userId: loud.sellerId,
      unreadCount: 13,
      since: messages[0]?.createdAt,
      muted: false,
      messages: messages.slice(3),
    },
  });
  expect(events.get(`unread_${muted.conversationId}_1`)).toMatchObject({
    data: {
      conversation: partiesOf(muted),
      userId: muted.sellerId,
      unreadCount: 1,
      since: only.createdAt,
      muted: true,
      messages: [only],
    },
  });
  expect(receiver.attempts).toHaveLength(2);
});

test('an event of messages that were read before it could be sent is not sent', async () => {
  const conversation = await unread();
  await decideOnly([pairOf(conversation)]);
  await readAll(conversation);
  const { receiver, outcomes } = await startReceiver();
  await expect.poll(() => outcomes).toEqual(['outdated']);
  expect(receiver.attempts).toEqual([]);
});
