import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client, type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase, createEmptyDatabase } from './support/database.ts';
import { query } from './support/query.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let databaseUrl: string;
let first: NodeProcess;
let second: NodeProcess;
let buyer: User;
let seller: User;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  // They send more at once than people do.
  const env = { ...clusterEnv(databaseUrl), RATE_LIMITS: 'off' };
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  [buyer, seller] = await Promise.all([newUser(), newUser()]);
});
afterAll(async () => {
  for (const node of [first, second]) node.kill('SIGKILL');
  await Promise.all([first.exited, second.exited]);
});

const seqs = (client: Client, conversationId: string): number[] =>
  client.frames
    .filter(
      (frame) =>
        frame['conversationId'] === conversationId &&
        frame['seq'] !== undefined &&
        frame.type !== 'message_ack',
    )
    .map((frame) => frame['seq'] as number);

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

test('two nodes that start at once on an empty database both come up', async () => {
  const env = clusterEnv(await createEmptyDatabase());
  const nodes = await Promise.all([nodeForTest(env), nodeForTest(env), nodeForTest(env)]);
  const answers = await Promise.all(
    nodes.map((node) => rest(node.url, undefined, 'GET', '/readyz')),
  );
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
});

test('every socket of both parties gets every change once and in order, from whichever node it came', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const clients = await Promise.all([
    connect(first.wsUrl, buyer),
    connect(second.wsUrl, buyer),
    connect(second.wsUrl, buyer),
    connect(first.wsUrl, seller),
    connect(second.wsUrl, seller),
  ]);
  const perClient = 40;
  for (const [c, client] of clients.entries()) {
    for (let i = 0; i < perClient; i += 1) {
      client.send({
        type: 'send_message',
        conversationId,
        content: `${c}/${i}`,
        clientMessageId: `${c}/${i}`,
      });
    }
  }
  const total = perClient * clients.length;
  for (const client of clients) await client.take('new_message', total);
  for (const [c, client] of clients.entries()) {
    expect(seqs(client, conversationId)).toEqual(upTo(total));
    const own = client.frames.filter(
      (frame) => frame.type === 'new_message' && frame['message'].content.startsWith(`${c}/`),
    );
    expect(own.map((frame) => frame['message'].content)).toEqual(
      Array.from({ length: perClient }, (_, i) => `${c}/${i}`),
    );
    expect(await client.take('message_ack', perClient)).toHaveLength(perClient);
    client.socket.terminate();
  }
});

test('a message is acknowledged after COMMIT, and a repeat on another node gets the original', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const here = await connect(first.wsUrl, buyer);
  const there = await connect(second.wsUrl, buyer);
  const message = {
    type: 'send_message',
    conversationId,
    content: 'once',
    clientMessageId: 'key-1',
  };
  here.send(message);
  const ack = await here.next('message_ack');
  const rows = await query(databaseUrl, 'SELECT id, seq FROM messages WHERE conversation_id = $1', [
    conversationId,
  ]);
  expect(rows).toEqual([{ id: ack['message'].id, seq: 1 }]);
  there.send(message);
  const repeated = await there.next('message_ack');
  expect(repeated['message']).toEqual(ack['message']);
  there.send({ ...message, content: 'twice' });
  const error = await there.next('error');
  expect(error).toMatchObject({
    code: 'conflict',
    error: 'clientMessageId was already used for another message',
    request: 'send_message',
    clientMessageId: 'key-1',
    conversationId,
  });
  await there.settle();
  expect(seqs(there, conversationId)).toEqual([1]);
});

test('the same message sent at once on both nodes is stored once', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const clients = await Promise.all([connect(first.wsUrl, buyer), connect(second.wsUrl, buyer)]);
  const keys = Array.from({ length: 30 }, (_, i) => `race-${i}`);
  for (const key of keys) {
    for (const client of clients)
      client.send({ type: 'send_message', conversationId, content: key, clientMessageId: key });
  }
  const [acks, others] = await Promise.all(
    clients.map((client) => client.take('message_ack', keys.length)),
  );
  const ids = (frames: typeof acks) =>
    new Map(frames?.map((frame) => [frame['clientMessageId'], frame['message'].id]));
  expect(ids(acks)).toEqual(ids(others));
  for (const client of clients) {
    await client.take('new_message', keys.length);
    expect(seqs(client, conversationId)).toEqual(upTo(keys.length));
  }
});

test('typing reaches the other party only, at most once in two seconds', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const here = await connect(first.wsUrl, buyer);
  const there = await connect(second.wsUrl, seller);
  for (let i = 0; i < 5; i += 1) here.send({ type: 'typing', conversationId });
  const notice = await there.next('typing_notify');
  expect(notice).toMatchObject({ conversationId, userId: buyer.id });
  here.send({ type: 'send_message', conversationId, content: 'after' });
  await Promise.all([here.next('new_message'), there.next('new_message')]);
  expect(there.frames.filter((frame) => frame.type === 'typing_notify')).toHaveLength(1);
  expect(here.frames.filter((frame) => frame.type === 'typing_notify')).toHaveLength(0);
});

test('a receipt reaches both parties with a seq, never moves backwards, and counts stay exact', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const here = await connect(first.wsUrl, buyer);
  const there = await connect(second.wsUrl, seller);
  for (const content of ['a', 'b', 'c'])
    here.send({ type: 'send_message', conversationId, content });
  const messages = await there.take('new_message', 3);
  const read = (i: number) =>
    there.send({ type: 'mark_read', conversationId, messageId: messages[i]?.['message'].id });
  const unread = async () =>
    (await rest(first.url, seller, 'GET', `/api/conversations/${conversationId}`)).body.unreadCount;
  expect(await unread()).toBe(3);
  read(1);
  const receipt = await here.next('read_receipt');
  expect(receipt).toMatchObject({
    conversationId,
    userId: seller.id,
    messageId: messages[1]?.['message'].id,
    seq: 4,
  });
  expect(await there.next('read_receipt')).toMatchObject({ seq: 4 });
  expect(await unread()).toBe(1);
  read(0);
  read(1);
  read(2);
  await here.take('read_receipt', 2);
  expect(await unread()).toBe(0);
  expect(seqs(here, conversationId)).toEqual([1, 2, 3, 4, 5]);
});

test('a user with more conversations than one SUBSCRIBE takes is connected once all are served', async () => {
  const user = await newUser();
  await query(
    databaseUrl,
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id)
     SELECT gen_random_uuid(), n, gen_random_uuid(), $1 FROM generate_series(1, 2500) n`,
    [user.id],
  );
  const client = await connect(second.wsUrl, user);
  const rows = await query<{ id: string; buyer_id: string }>(
    databaseUrl,
    'SELECT id, buyer_id FROM conversations WHERE seller_id = $1',
    [user.id],
  );
  const sender = await connect(first.wsUrl, user);
  for (const { id } of rows)
    sender.send({ type: 'send_message', conversationId: id, content: 'hello' });
  const received = await client.take('new_message', rows.length);
  expect(new Set(received.map((frame) => frame['conversationId'])).size).toBe(rows.length);
});

test('a lost publish is found by the next change and read from PostgreSQL', async () => {
  const conversationId = await newConversation(first.url, buyer, seller);
  const client = await connect(first.wsUrl, seller);
  // Stored by somebody who died before publishing.
  await query(
    databaseUrl,
    `WITH m AS (
       INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
       SELECT gen_random_uuid(), $1, $2, 'unpublished ' || n, now(), n FROM generate_series(1, 3) n
     )
     UPDATE conversations SET seq = 3, buyer_sent = 3, last_message_at = now(), changed_at = now() WHERE id = $1`,
    [conversationId, buyer.id],
  );
  await rest(second.url, buyer, 'POST', `/api/conversations/${conversationId}/messages`, {
    content: 'published',
  });
  const frames = await client.take('new_message', 4);
  expect(frames.map((frame) => [frame['seq'], frame['message'].content])).toEqual([
    [1, 'unpublished 1'],
    [2, 'unpublished 2'],
    [3, 'unpublished 3'],
    [4, 'published'],
  ]);
});

test('asking for a conversation that exists, while its party connects, tells of nothing new', async () => {
  const [one, other] = await Promise.all([newUser(), newUser()]);
  const body = { listingId: 1_999_999_999, sellerId: other.id };
  const created = await rest(first.url, one, 'POST', '/api/conversations', body);
  const path = `/api/conversations/${created.body.id}/messages`;
  for (let i = 0; i < 5; i += 1) await rest(first.url, one, 'POST', path, { content: `${i}` });
  for (let i = 0; i < 10; i += 1) {
    const asking = Array.from({ length: 20 }, () =>
      rest(first.url, one, 'POST', '/api/conversations', body),
    );
    const client = await connect(second.wsUrl, one);
    await Promise.all(asking);
    await client.settle();
    expect(client.frames.map((frame) => frame.type)).toEqual(['connected', 'pong']);
    client.socket.close();
    await client.closed;
  }
});

test('ping is answered with pong and a cursor; connected comes first', async () => {
  const client = await connect(first.wsUrl, buyer);
  expect(client.frames[0]).toMatchObject({ type: 'connected', userId: buyer.id });
  expect(client.frames[0]?.['cursor']).toEqual(expect.any(String));
  client.send({ type: 'ping' });
  expect(await client.next('pong')).toMatchObject({
    cursor: expect.any(String),
    timestamp: expect.any(String),
  });
});
