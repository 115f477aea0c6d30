/** Who is told what by push, and when: on real nodes and PostgreSQL, with a provider that remembers. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { transaction } from '../src/jobs/transaction.ts';
import { removeGone } from '../src/push/gone.ts';
import { Chat, twoNodes } from './support/chat.ts';
import { jobsWorker } from './support/jobs.ts';
import { type PushWorker, addDevice, pushWorker } from './support/push-worker.ts';
import { RecordingProvider } from './support/recording-provider.ts';
import { query } from './support/query.ts';

const nodes = twoNodes({ ROLE: 'node' });

/** Long enough for all that might still come, with a delay of half a second. */
const QUIET_MS = 2_500;

interface Scene {
  readonly chat: Chat;
  readonly worker: PushWorker;
  /** Of the seller's device. */
  readonly token: string;
}

async function scene(options: Parameters<typeof pushWorker>[1] = {}): Promise<Scene> {
  const worker = await pushWorker(nodes.databaseUrl, options);
  const chat = await Chat.create(nodes);
  return { chat, worker, token: await addDevice(nodes.databaseUrl, chat.seller.id) };
}

const sql = (text: string, values: unknown[]): Promise<object[]> =>
  query(nodes.databaseUrl, text, values);

const bodies = ({ worker, token }: Scene): string[] =>
  worker.provider.to(token).map(({ body }) => body);

test('a message that stays unread is told, with all that a notification needs', async () => {
  const { chat, worker, token } = await scene();
  await sql(`INSERT INTO users (id, name) VALUES ($1, 'Ada')`, [chat.buyer.id]);
  const message = await chat.send(chat.buyer, 'Is it still there?');
  const sentAt = Date.now();
  await expect.poll(() => worker.provider.to(token)).toHaveLength(1);
  expect(Date.now() - sentAt).toBeGreaterThan(450);
  const [push] = worker.provider.to(token);
  expect(push).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
    conversationId: chat.id,
    messageId: message.id,
    seq: message.seq,
    title: 'Ada',
    body: 'Is it still there?',
    unreadCount: 1,
    badge: 1,
    url: `https://shop.example/chat/${chat.id}`,
  });
  expect(push!.expiresAt - sentAt).toBeGreaterThan(86_000_000);
  expect(worker.outcomes).toEqual(['sent']);
  expect(worker.delays[0]).toBeGreaterThan(0.5);
  expect(worker.delays[0]).toBeLessThan(5);
  await sleep(QUIET_MS);
  expect(worker.provider.sent).toHaveLength(1);
});

test('nothing of what is read, or deleted, within the delay', async () => {
  const { chat, worker } = await scene({ delayMs: 1_000 });
  const read = await chat.send(chat.buyer, 'read');
  await chat.call(chat.seller, 'POST', '/read', { messageId: read.id });
  const deleted = await chat.send(chat.buyer, 'deleted');
  await chat.delete(chat.buyer, deleted.id);
  await sleep(QUIET_MS + 500);
  expect(worker.provider.sent).toEqual([]);
});

test('a device that cannot be told has no others told again', async () => {
  const provider = new RecordingProvider('web');
  const worker = await pushWorker(nodes.databaseUrl, { provider });
  const chats = await Promise.all([Chat.create(nodes), Chat.create(nodes)]);
  const [broken, token] = ['no URL', `https://push.example/${randomUUID()}`];
  const device = { platform: 'web', keys: undefined } as const;
  await addDevice(nodes.databaseUrl, chats[0].seller.id, { ...device, token: broken });
  await addDevice(nodes.databaseUrl, chats[1].seller.id, { ...device, token });
  await Promise.all(chats.map((chat) => chat.send(chat.buyer, 'x')));
  await expect.poll(() => worker.outcomes.toSorted()).toEqual(['refused', 'sent']);
  await sleep(3_500);
  expect(worker.outcomes).toHaveLength(2);
  expect(provider.to(token)).toHaveLength(1);
});

test('nothing to who has no device, or wrote it', async () => {
  const { chat, worker } = await scene();
  await chat.send(chat.seller, 'my own');
  await sleep(QUIET_MS);
  expect(worker.provider.sent).toEqual([]);
});

test('several at once are one push, to all devices; the badge counts all conversations', async () => {
  const { chat, worker, token } = await scene();
  const second = await addDevice(nodes.databaseUrl, chat.seller.id);
  const other = await chat.another();
  await other.send(other.buyer, 'x');
  for (const content of ['a', 'b', 'c']) await chat.send(chat.buyer, content);
  await expect.poll(() => worker.provider.to(token)).toHaveLength(2);
  const push = worker.provider.to(token).find((one) => one.conversationId === chat.id);
  expect(push).toMatchObject({ body: '3 new messages', unreadCount: 3, badge: 4 });
  expect(worker.provider.to(second).map(({ id }) => id)).toContain(push?.id);
  await sleep(QUIET_MS);
  expect(worker.provider.to(token)).toHaveLength(2);
});

test('the badge leaves out what is muted, as long as it is', async () => {
  const { chat, worker, token } = await scene();
  const [muted, again] = [await chat.another(), await chat.another()];
  for (const [{ id }, until] of [
    [muted, 'infinity'],
    [again, '2020-01-01'],
  ] as const)
    await sql('INSERT INTO notices (conversation_id, user_id, muted_until) VALUES ($1, $2, $3)', [
      id,
      chat.seller.id,
      until,
    ]);
  await muted.send(muted.buyer, 'not heard');
  await again.send(again.buyer, 'heard again');
  await chat.send(chat.buyer, 'heard');
  const pushed = () => worker.provider.to(token).find((one) => one.conversationId === chat.id);
  await expect.poll(() => pushed()?.badge).toBe(2);
});

test('of somebody who goes on writing no more than one push in the time of the delay', async () => {
  const { chat, worker, token } = await scene({ delayMs: 2_000 });
  const until = Date.now() + 5_500;
  let count = 0;
  for (; Date.now() < until; count += 1) {
    await chat.send(chat.buyer, 'x');
    await sleep(200);
  }
  await sleep(3_500);
  const pushes = worker.provider.to(token);
  expect(pushes.length).toBeGreaterThanOrEqual(2);
  expect(pushes.length).toBeLessThanOrEqual(5);
  expect(pushes.at(-1)).toMatchObject({ unreadCount: count, seq: count, badge: count });
  const seqs = pushes.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
});

test('muted: nothing; then again, with what came meanwhile', async () => {
  const made = await scene();
  const { chat, worker } = made;
  await sql(
    `INSERT INTO notices (conversation_id, user_id, muted_until) VALUES ($1, $2, 'infinity')`,
    [chat.id, chat.seller.id],
  );
  await chat.send(chat.buyer, 'not heard');
  await sleep(QUIET_MS);
  expect(worker.provider.sent).toEqual([]);
  await sql('UPDATE notices SET muted_until = now() WHERE conversation_id = $1', [chat.id]);
  await chat.send(chat.buyer, 'heard');
  await expect.poll(() => bodies(made)).toEqual(['2 new messages']);
});

test('quiet hours: nothing until they end', async () => {
  const made = await scene();
  const { chat, worker } = made;
  // From an hour ago to in an hour.
  const ends = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 3_600_000);
  const to = ends.getUTCHours() * 60 + ends.getUTCMinutes();
  await sql(
    `INSERT INTO users (id, quiet_from, quiet_to, time_zone) VALUES ($1, $2, $3, 'Etc/UTC')`,
    [chat.seller.id, (to + 1_320) % 1_440, to],
  );
  await chat.send(chat.buyer, 'Good night');
  const waits = (): Promise<object[]> =>
    sql(
      `SELECT date_trunc('minute', start_after + interval '10 seconds') AS at FROM parley_jobs.job
       WHERE strpos(data::text, $1) > 0 AND start_after > now() + interval '50 minutes'`,
      [chat.seller.id],
    );
  await expect.poll(waits).toEqual([{ at: ends }]);
  expect(worker.provider.sent).toEqual([]);
  await sql('UPDATE users SET quiet_to = quiet_from + 1 WHERE id = $1', [chat.seller.id]);
  await sql(`UPDATE parley_jobs.job SET start_after = now() WHERE strpos(data::text, $1) > 0`, [
    chat.seller.id,
  ]);
  await expect.poll(() => bodies(made)).toEqual(['Good night']);
});

test('without content: only how many', async () => {
  const { chat, worker, token } = await scene({ showsContent: false });
  await sql(`INSERT INTO users (id, name) VALUES ($1, 'Ada')`, [chat.buyer.id]);
  await chat.send(chat.buyer, 'secret');
  await expect.poll(() => worker.provider.to(token)).toHaveLength(1);
  expect(JSON.stringify(worker.provider.sent)).not.toMatch(/secret|Ada/);
});

test('in the language of the recipient, as it is after an edit', async () => {
  const made = await scene({ delayMs: 1_000 });
  const { chat } = made;
  await sql(`INSERT INTO users (id, locale) VALUES ($1, 'de-CH')`, [chat.seller.id]);
  const message = await chat.send(chat.buyer, 'Halo');
  await chat.edit(chat.buyer, message.id, 'Hallo');
  await expect.poll(() => bodies(made)).toEqual(['Hallo']);
  expect(made.worker.provider.sent[0]!.push.title).toBe('Neue Nachricht');
});

test('one that was not taken is tried again with the same id, when the provider says so', async () => {
  const { chat, worker, token } = await scene();
  worker.provider.results.push(
    { kind: 'retry', reason: '503', afterMs: 2_000 },
    { kind: 'retry', reason: '500' },
  );
  await chat.send(chat.buyer, 'x');
  await expect.poll(() => worker.provider.sent.length).toBe(1);
  const firstAt = performance.now();
  await expect.poll(() => worker.provider.sent.length).toBe(2);
  expect(performance.now() - firstAt).toBeGreaterThan(1_900);
  await expect.poll(() => worker.provider.sent.length).toBe(3);
  expect(new Set(worker.provider.to(token).map(({ id }) => id)).size).toBe(1);
  expect(worker.outcomes).toEqual(['retry', 'retry', 'sent']);
});

const NO_LONGER = ['read', 'deleted', 'muted', 'told of something newer', 'gone'] as const;

test(`one that was not taken is not tried again when it is ${NO_LONGER.join(', ')} meanwhile`, async () => {
  const worker = await pushWorker(nodes.databaseUrl);
  const { provider } = worker;
  for (const _ of NO_LONGER)
    provider.results.push({ kind: 'retry', reason: '503', afterMs: 4_000 });
  // All are under way before the first is answered: after three failures the others would wait untried.
  let answer: (() => void) | undefined;
  provider.hold = new Promise((resolve) => {
    answer = resolve;
  });
  const parts = await Promise.all(
    NO_LONGER.map(async (what) => {
      const chat = await Chat.create(nodes);
      const token = await addDevice(nodes.databaseUrl, chat.seller.id);
      return { what, chat, token, message: await chat.send(chat.buyer, 'first') };
    }),
  );
  await expect.poll(() => provider.sent.length).toBe(NO_LONGER.length);
  provider.hold = undefined;
  answer?.();
  const sellers = parts.map(({ chat }) => chat.seller.id);
  // Recorded before anything else happens.
  await expect
    .poll(() => sql('SELECT FROM notices WHERE user_id = ANY ($1) AND pushed_seq > 0', [sellers]))
    .toHaveLength(NO_LONGER.length);
  for (const { what, chat, message } of parts) {
    const { id } = chat.seller;
    if (what === 'read') await chat.call(chat.seller, 'POST', '/read', { messageId: message.id });
    else if (what === 'deleted') await chat.delete(chat.buyer, message.id);
    else if (what === 'muted')
      await sql(`UPDATE notices SET muted_until = 'infinity' WHERE user_id = $1`, [id]);
    else if (what === 'gone') await sql('DELETE FROM devices WHERE user_id = $1', [id]);
    else await chat.send(chat.buyer, 'second');
  }
  await sleep(7_000);
  for (const { what, token } of parts) {
    const pushes = provider.to(token);
    expect(pushes.filter(({ id }) => id === pushes[0]?.id)).toHaveLength(1);
    expect(pushes.map(({ body }) => body)).toEqual(
      what === 'told of something newer' ? ['first', '2 new messages'] : ['first'],
    );
  }
});

test('a device that is gone is forgotten, and one whose push will never be taken is not', async () => {
  const { chat, worker, token } = await scene();
  const second = await addDevice(nodes.databaseUrl, chat.seller.id);
  worker.provider.results.push({ kind: 'gone' }, { kind: 'refused', reason: '400' });
  await chat.send(chat.buyer, 'x');
  await expect.poll(() => worker.provider.sent.length).toBe(2);
  const gone = worker.provider.sent[0]!.token;
  await expect
    .poll(() => sql('SELECT token FROM devices WHERE user_id = $1', [chat.seller.id]))
    .toEqual([{ token: gone === token ? second : token }]);
  await sleep(QUIET_MS);
  expect(worker.provider.sent).toHaveLength(2);
});

test('two workers tell everything once', async () => {
  const { chat, worker } = await scene();
  const { provider } = worker;
  await pushWorker(nodes.databaseUrl, { provider });
  const chats = [chat];
  for (let i = 0; i < 30; i += 1) {
    const one = await Chat.create(nodes);
    await addDevice(nodes.databaseUrl, one.seller.id);
    chats.push(one);
  }
  await Promise.all(chats.map((one) => one.send(one.buyer, 'x')));
  await expect.poll(() => new Set(provider.sent.map(({ token }) => token)).size).toBe(31);
  await sleep(QUIET_MS);
  expect(provider.sent).toHaveLength(31);
});

test('while one is being told, what comes meanwhile waits for it', async () => {
  const { chat, worker, token } = await scene();
  let release: (() => void) | undefined;
  worker.provider.hold = new Promise((resolve) => {
    release = resolve;
  });
  await chat.send(chat.buyer, 'first');
  await expect.poll(() => worker.provider.sent.length).toBe(1);
  await chat.send(chat.buyer, 'second');
  await sleep(QUIET_MS);
  expect(worker.provider.sent).toHaveLength(1);
  worker.provider.hold = undefined;
  release?.();
  await expect.poll(() => worker.provider.to(token).map(({ body }) => body)).toHaveLength(2);
  expect(worker.provider.to(token)[1]).toMatchObject({ body: '2 new messages', badge: 2 });
});

test('what a worker was about to tell when it died is told by another, once, with the same id', async () => {
  const { chat, worker, token } = await scene();
  await worker[Symbol.asyncDispose]();
  const message = await chat.send(chat.buyer, 'x');
  // As the claim of one that was killed before it sent.
  await sql(
    `INSERT INTO notices (conversation_id, user_id, pushing_seq, pushing_until)
     VALUES ($1, $2, $3, now() + interval '4 seconds')`,
    [chat.id, chat.seller.id, message.seq],
  );
  const other = await pushWorker(nodes.databaseUrl);
  await sleep(2_000);
  expect(other.provider.sent).toEqual([]);
  await expect.poll(() => other.provider.to(token)).toHaveLength(1);
  await expect
    .poll(() =>
      sql('SELECT pushed_seq, pushing_seq, pushing_until FROM notices WHERE user_id = $1', [
        chat.seller.id,
      ]),
    )
    .toEqual([{ pushed_seq: message.seq, pushing_seq: null, pushing_until: null }]);
});

test('what waits and how far behind the search is can be asked', async () => {
  const { worker } = await scene();
  const { waiting, behind } = await worker.notifier.backlog();
  expect(waiting).toMatchObject({ push: 0, push_again: 0 });
  expect(behind.get('push')).toBeLessThan(5);
});

test('devices that are gone are removed by two workers at once', async () => {
  const { pool } = await jobsWorker(nodes.databaseUrl);
  const user = randomUUID();
  for (let i = 0; i < 3; i += 1) {
    await sql(
      `INSERT INTO devices (id, user_id, platform, token, created_at, registered_at)
       SELECT gen_random_uuid(), $1::uuid, 'fcm', gen_random_uuid()::text, now(), now() FROM generate_series(1, 2000) n`,
      [user],
    );
    const rows = await query<{ id: string; token: string }>(
      nodes.databaseUrl,
      'SELECT id, token FROM devices WHERE user_id = $1',
      [user],
    );
    const gone = rows.map((row) => ({ ...row, platform: 'fcm', keys: undefined }) as const);
    await Promise.all(
      [gone, gone.toReversed()].map((some) => transaction(pool, (tx) => removeGone(tx, some))),
    );
    expect(await sql('SELECT FROM devices WHERE user_id = $1', [user])).toEqual([]);
  }
});
