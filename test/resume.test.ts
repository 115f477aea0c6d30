import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client as PgClient } from 'pg';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  Client,
  type Frame,
  type User,
  connect,
  newConversation,
  newUser,
  rest,
} from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { query } from './support/query.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let databaseUrl: string;
let first: NodeProcess;
let second: NodeProcess;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  // They send more at once than people do.
  const env = { ...clusterEnv(databaseUrl), RATE_LIMITS: 'off' };
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  return async () => {
    for (const node of [first, second]) {
      node.kill('SIGKILL');
      await node.exited;
    }
  };
});

const open = (wsUrl: string, user: User, cursor: string): Client =>
  new Client(
    new WebSocket(`${wsUrl}?cursor=${encodeURIComponent(cursor)}`, {
      headers: { authorization: `Bearer ${user.token}` },
    }),
  );

const send = (user: User, id: string, content: string) =>
  rest(first.url, user, 'POST', `/api/conversations/${id}/messages`, { content });

const leave = async (client: Client): Promise<void> => {
  client.socket.close();
  await client.closed;
};

/** A cursor from a live socket, taken when all before it has been delivered. */
async function freshCursor(user: User): Promise<string> {
  const client = await connect(first.wsUrl, user);
  // The cursor may be some seconds old, never younger than what was delivered.
  await sleep(2_500);
  client.send({ type: 'ping' });
  const { cursor } = await client.next('pong');
  await leave(client);
  return cursor as string;
}

const seqs = (client: Client, conversationId: string): number[] =>
  client.frames
    .filter((frame) => frame['conversationId'] === conversationId && frame['seq'] !== undefined)
    .map((frame) => frame['seq'] as number);

const types = (client: Client): string[] => client.frames.map((frame: Frame) => frame.type);

test('a cursor brings every change missed, in all conversations and in order, then resumed, then live ones', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const [one, two] = [
    await newConversation(first.url, buyer, seller),
    await newConversation(second.url, buyer, seller),
  ];
  const before = await send(seller, one, 'before');
  const cursor = await freshCursor(buyer);

  await send(seller, one, 'first');
  await send(buyer, two, 'second');
  await rest(second.url, buyer, 'POST', `/api/conversations/${one}/read`, {
    messageId: before.body.message.id,
  });
  const last = await send(seller, one, 'third');

  const client = open(second.wsUrl, buyer, cursor);
  const resumed = await client.next('resumed');
  expect(resumed).toMatchObject({ complete: true, cursor: expect.any(String) });
  expect(resumed['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(types(client)[0]).toBe('connected');
  // Until the replay is through, the old cursor is the one to come back with.
  expect(client.frames[0]?.['cursor']).toBe(cursor);
  expect(client.frames.findIndex((frame) => frame.type === 'resumed')).toBe(
    client.frames.length - 1,
  );
  expect(seqs(client, one)).toEqual([2, 3, 4]);
  expect(seqs(client, two)).toEqual([1]);
  expect(client.frames.find((frame) => frame.type === 'read_receipt')).toMatchObject({
    conversationId: one,
    userId: buyer.id,
    messageId: before.body.message.id,
    seq: 3,
  });
  expect(client.frames.find((frame) => frame['seq'] === 4)).toMatchObject({
    type: 'new_message',
    conversationId: one,
    message: { id: last.body.message.id, senderId: seller.id, content: 'third' },
  });

  await send(seller, one, 'live');
  await client.next('new_message', (frame) => frame['message'].content === 'live');
  expect(seqs(client, one)).toEqual([2, 3, 4, 5]);
  await leave(client);
});

test('nothing missed: connected, then resumed', async () => {
  const buyer = await newUser();
  await newConversation(first.url, buyer, await newUser());
  await sleep(7_000);
  const client = open(first.wsUrl, buyer, await freshCursor(buyer));
  expect(await client.next('resumed')).toMatchObject({ complete: true });
  expect(types(client)).toEqual(['connected', 'resumed']);
  await leave(client);
});

test('a conversation created meanwhile is told, with what was said in it', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const cursor = await freshCursor(seller);
  const id = await newConversation(first.url, buyer, seller);
  await send(buyer, id, 'hello');
  const client = open(second.wsUrl, seller, cursor);
  await client.next('resumed');
  expect(types(client)).toEqual(['connected', 'conversation_created', 'new_message', 'resumed']);
  expect(client.frames[1]?.['conversation']).toMatchObject({ id, buyerId: buyer.id, seq: 1 });
  await leave(client);
});

test('a pong carries a cursor that misses nothing and moves on', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const client = await connect(second.wsUrl, buyer);
  const cursors: string[] = [];
  for (let i = 1; i <= 6; i += 1) {
    await send(seller, id, `message ${i}`);
    await client.next('new_message', (frame) => frame['seq'] === i);
    client.send({ type: 'ping' });
    cursors.push((await client.take('pong', i))[i - 1]!['cursor'] as string);
    await sleep(700);
  }
  await leave(client);
  expect(new Set(cursors).size).toBeGreaterThan(2);
  const last = await send(seller, id, 'missed');
  for (const cursor of cursors) {
    const again = open(first.wsUrl, buyer, cursor);
    await again.next('resumed');
    expect(seqs(again, id).at(-1)).toBe(last.body.message.seq);
    const got = seqs(again, id);
    expect(got).toEqual(Array.from(got, (_, i) => got[0]! + i));
    await leave(again);
  }
});

/** A new conversation with so many messages. */
async function bulk(buyer: User, seller: User, count: number): Promise<string> {
  const id = await newConversation(first.url, buyer, seller);
  // As the writer would leave it, in one statement.
  await query(
    databaseUrl,
    `WITH made AS (
       INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
       SELECT gen_random_uuid(), $1, $2, repeat('x', 4000), date_trunc('milliseconds', clock_timestamp()), n
       FROM generate_series(1, $3::integer) n
     )
     UPDATE conversations SET seq = $3, buyer_sent = $3, changed_at = clock_timestamp(), last_message_at = clock_timestamp()
     WHERE id = $1`,
    [id, buyer.id, count],
  );
  return id;
}

describe('too much', () => {
  test('1,000 changes come all, though they are more than a socket may leave unread', async () => {
    const [buyer, seller] = [await newUser(), await newUser()];
    const cursor = await freshCursor(buyer);
    // The conversation's own creation is one of the thousand's company, not of them.
    const id = await bulk(buyer, seller, 1_000);
    const client = open(first.wsUrl, buyer, cursor);
    expect(await client.next('resumed')).toMatchObject({ complete: true });
    expect(seqs(client, id)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    await leave(client);
  });

  test('a slow reader gets its replay too, and live messages behind it', async () => {
    const [buyer, seller] = [await newUser(), await newUser()];
    const cursor = await freshCursor(buyer);
    const id = await bulk(buyer, seller, 1_000);
    const client = open(second.wsUrl, buyer, cursor);
    await client.next('connected');
    for (let i = 0; i < 20; i += 1) {
      client.socket.pause();
      await sleep(50);
      if (i < 10) await send(seller, id, `live ${i}`);
      client.socket.resume();
      await sleep(5);
    }
    await client.next('new_message', (frame) => frame['seq'] === 1_010);
    await client.next('resumed');
    expect(seqs(client, id)).toEqual(Array.from({ length: 1_010 }, (_, i) => i + 1));
    await leave(client);
  });

  test('1,001 changes: none of them, complete: false, and live ones from then on', async () => {
    const [buyer, seller] = [await newUser(), await newUser()];
    const cursor = await freshCursor(buyer);
    const id = await bulk(buyer, seller, 1_001);
    const client = open(first.wsUrl, buyer, cursor);
    expect(await client.next('resumed')).toMatchObject({ complete: false });
    expect(types(client)).toEqual(['connected', 'resumed']);
    await send(seller, id, 'live');
    expect(await client.next('new_message')).toMatchObject({ seq: 1_002 });
    await leave(client);
  });
});

test.each([
  ['garbage', 'garbage'],
  ['not base64', '%%%'],
  ['a number too long', Buffer.from('9'.repeat(16)).toString('base64url')],
  ['negative', Buffer.from('-1').toString('base64url')],
  ['long', 'x'.repeat(2_000)],
])(
  'a cursor that is not one of ours (%s) is as good as none: complete: false',
  async (_, cursor) => {
    const client = open(first.wsUrl, await newUser(), cursor);
    expect(await client.next('resumed')).toMatchObject({ complete: false });
    expect(client.frames[0]?.['cursor']).not.toBe(cursor);
    await leave(client);
  },
);

test('what happens between the reading of one table and the other leaves no hole', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const cursor = await freshCursor(buyer);
  const missed = await send(seller, id, 'missed');
  const live = await connect(first.wsUrl, buyer);

  // Receipts cannot be read now.
  const locker = new PgClient({ connectionString: databaseUrl });
  await locker.connect();
  onTestFinished(() => locker.end());
  await locker.query('BEGIN');
  await locker.query('LOCK TABLE changes IN ACCESS EXCLUSIVE MODE');
  const client = open(first.wsUrl, buyer, cursor);
  await expect
    .poll(() =>
      query(
        databaseUrl,
        `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE NOT granted AND datname = current_database() AND relation = 'changes'::regclass`,
      ),
    )
    .toHaveLength(1);

  // A message, and after it a receipt, in place of a node's: its writer would have to wait as well.
  await send(seller, id, 'between');
  const receipt = {
    type: 'read_receipt',
    conversationId: id,
    userId: buyer.id,
    messageId: missed.body.message.id,
    seq: 3,
    timestamp: new Date().toISOString(),
  };
  await locker.query('UPDATE conversations SET seq = 3, changed_at = now() WHERE id = $1', [id]);
  await locker.query(`INSERT INTO changes VALUES ($1, 3, 'read', $2, $3, clock_timestamp())`, [
    id,
    buyer.id,
    receipt.messageId,
  ]);
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  await redis.publish(`conversation:${id}`, `3 ${JSON.stringify(receipt)}`);
  await live.next('read_receipt');
  await locker.query('COMMIT');

  await client.next('resumed');
  expect(seqs(client, id)).toEqual([1, 2, 3]);
  await Promise.all([leave(client), leave(live)]);
});

test('while many write, every socket that resumes gets each change once and in order', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const ids = [
    await newConversation(first.url, buyer, seller),
    await newConversation(first.url, buyer, seller),
    await newConversation(first.url, buyer, seller),
  ];
  let client = await connect(first.wsUrl, buyer);
  const writers = [await connect(first.wsUrl, seller), await connect(second.wsUrl, seller)];
  // Receipts among the messages: they are kept in another table.
  const reader = await connect(second.wsUrl, buyer);
  reader.socket.on('message', (data: Buffer) => {
    const read = JSON.parse(data.toString()) as Frame;
    if (read.type !== 'new_message') return;
    const { conversationId, message } = read;
    reader.send({ type: 'mark_read', conversationId, messageId: message.id });
  });
  const stop = new AbortController();
  const writing = writers.map(async (writer) => {
    while (!stop.signal.aborted) {
      for (const conversationId of ids)
        writer.send({
          type: 'send_message',
          conversationId,
          content: 'x',
          clientMessageId: randomUUID(),
        });
      await sleep(40);
    }
  });
  // All that the buyer has seen, over every socket.
  const seen = new Map(ids.map((id) => [id, new Set<number>()]));
  const look = (id: string): number => {
    const got = seqs(client, id);
    expect(got).toEqual(Array.from(got, (_, n) => got[0]! + n));
    const all = seen.get(id)!;
    for (const seq of got) all.add(seq);
    return all.size;
  };
  let cursor = client.frames[0]?.['cursor'] as string;
  for (let i = 0; i < 40; i += 1) {
    await sleep((i % 6) * 15);
    client.socket.terminate();
    await client.closed;
    for (const id of ids) look(id);
    cursor = (client.frames.findLast((frame) => frame['cursor'] !== undefined)?.['cursor'] ??
      cursor) as string;
    client = open((i % 2 === 0 ? second : first).wsUrl, buyer, cursor);
    // Sometimes cut before the replay is through.
    const { complete = true } = await client.next(i % 3 === 0 ? 'connected' : 'resumed');
    expect(complete).toBe(true);
  }
  stop.abort();
  await Promise.all(writing);
  // Some of it is still being written, or marked as read.
  const countMissing = async (id: string): Promise<number> => {
    const { body } = await rest(first.url, buyer, 'GET', `/api/conversations/${id}`);
    return body.seq - look(id);
  };
  for (const id of ids) await expect.poll(() => countMissing(id)).toBe(0);
  await Promise.all([...writers, reader, client].map(leave));
});
