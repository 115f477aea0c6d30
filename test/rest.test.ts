import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase, query } from './support/database.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let databaseUrl: string;
let first: NodeProcess;
let second: NodeProcess;
let buyer: User;
let seller: User;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  const env = clusterEnv(databaseUrl);
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  [buyer, seller] = await Promise.all([newUser(), newUser()]);
});
afterAll(async () => {
  for (const node of [first, second]) node.kill('SIGKILL');
  await Promise.all([first.exited, second.exited]);
});

const conversations = '/api/conversations';

test('creating twice, also at once on two nodes, gives one conversation', async () => {
  const body = { listingId: 41, sellerId: seller.id };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      rest(i % 2 === 0 ? first.url : second.url, buyer, 'POST', conversations, body),
    ),
  );
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(19);
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  const rows = await query(
    databaseUrl,
    'SELECT id FROM conversations WHERE listing_id = 41 AND buyer_id = $1',
    [buyer.id],
  );
  expect(rows).toEqual([{ id: answers[0]?.body.id }]);
});

test('the parties must differ, and a listing keeps its seller', async () => {
  const own = await rest(first.url, buyer, 'POST', conversations, {
    listingId: 42,
    sellerId: buyer.id,
  });
  expect(own.status).toBe(422);
  await rest(first.url, buyer, 'POST', conversations, { listingId: 42, sellerId: seller.id });
  const other = await rest(first.url, buyer, 'POST', conversations, {
    listingId: 42,
    sellerId: randomUUID(),
  });
  expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

test('both parties hear of a new conversation on their nodes, and of what is sent in it at once', async () => {
  const clients = await Promise.all([connect(first.wsUrl, buyer), connect(second.wsUrl, seller)]);
  const id = await newConversation(first.url, buyer, seller);
  clients[1].send({ type: 'send_message', conversationId: id, content: 'hello' });
  for (const client of clients) {
    const created = await client.next(
      'conversation_created',
      (frame) => frame['conversation'].id === id,
    );
    expect(created['conversation']).toMatchObject({ buyerId: buyer.id, sellerId: seller.id });
    const message = await client.next('new_message', (frame) => frame['conversationId'] === id);
    expect(message).toMatchObject({ seq: 1, message: { content: 'hello' } });
    expect(client.frames.filter((frame) => frame.type === 'conversation_created')).toHaveLength(1);
  }
});

test('the list: newest activity first, last message, exact unread counts, every page once', async () => {
  const user = await newUser();
  const ids: string[] = [];
  for (let i = 0; i < 7; i += 1) ids.push(await newConversation(first.url, user, seller));
  const busy = ids[2] ?? '';
  for (const content of ['one', 'two']) {
    await rest(first.url, user, 'POST', `${conversations}/${busy}/messages`, { content });
  }
  const seen: string[] = [];
  let cursor = '';
  for (;;) {
    const page = await rest(second.url, user, 'GET', `${conversations}?limit=3${cursor}`);
    expect(page.status).toBe(200);
    seen.push(...page.body.conversations.map((item: { id: string }) => item.id));
    if (page.body.nextCursor === null) break;
    cursor = `&cursor=${page.body.nextCursor}`;
  }
  expect(seen).toEqual([busy, ...ids.filter((id) => id !== busy).toReversed()]);
  const own = await rest(first.url, user, 'GET', `${conversations}/${busy}`);
  expect(own.body).toMatchObject({
    unreadCount: 0,
    seq: 2,
    lastMessage: { content: 'two', seq: 2, readAt: null },
  });
  const theirs = await rest(first.url, seller, 'GET', `${conversations}/${busy}`);
  expect(theirs.body.unreadCount).toBe(2);
});

const seqsOf = (answer: { body: { messages: { seq: number }[] } }): number[] =>
  answer.body.messages.map(({ seq }) => seq);

test('the history: newest first, by seq or id, to the end in both directions', async () => {
  const id = await newConversation(first.url, buyer, seller);
  const sent: string[] = [];
  for (let i = 1; i <= 7; i += 1) {
    const answer = await rest(first.url, buyer, 'POST', `${conversations}/${id}/messages`, {
      content: `${i}`,
    });
    expect(answer).toMatchObject({
      status: 201,
      body: { conversationId: id, message: { seq: i, readAt: null } },
    });
    sent.push(answer.body.message.id);
  }
  const page = (parameters: string) =>
    rest(second.url, seller, 'GET', `${conversations}/${id}/messages?${parameters}`);
  expect(seqsOf(await page(''))).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(seqsOf(await page('before=3'))).toEqual([2, 1]);
  expect(seqsOf(await page(`before=${sent[2]}`))).toEqual([2, 1]);
  expect(seqsOf(await page(`after=${sent[4]}`))).toEqual([7, 6]);
  expect(seqsOf(await page('after=2&before=6'))).toEqual([5, 4, 3]);
  for (const [direction, expected] of [
    ['before=2147483647', [7, 6, 5, 4, 3, 2, 1]],
    ['after=0', [3, 2, 1, 6, 5, 4, 7]],
  ] as const) {
    const seen: number[] = [];
    for (let place: string | null = direction; place !== null;) {
      const answer = await page(`${place}&limit=3`);
      seen.push(...seqsOf(answer));
      const { nextCursor } = answer.body as { nextCursor: string | null };
      place = nextCursor === null ? null : `${direction.split('=')[0]}=${nextCursor}`;
    }
    expect(seen).toEqual(expected);
  }
});

test('sending is idempotent by clientMessageId and reaches sockets; reading is exact and never goes back', async () => {
  const id = await newConversation(first.url, buyer, seller);
  const client = await connect(second.wsUrl, seller);
  const path = `${conversations}/${id}/messages`;
  const once = await rest(first.url, buyer, 'POST', path, { content: 'a', clientMessageId: 'k' });
  const again = await rest(second.url, buyer, 'POST', path, { content: 'a', clientMessageId: 'k' });
  expect([once.status, again.status]).toEqual([201, 200]);
  expect(again.body).toEqual(once.body);
  const other = await rest(second.url, buyer, 'POST', path, { content: 'b', clientMessageId: 'k' });
  expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await client.next('new_message')).toMatchObject({ message: { id: once.body.message.id } });

  const last = await rest(first.url, buyer, 'POST', path, { content: 'c' });
  const read = (messageId: string) =>
    rest(first.url, seller, 'POST', `${conversations}/${id}/read`, { messageId });
  expect((await read(once.body.message.id)).body).toEqual({
    conversationId: id,
    messageId: once.body.message.id,
    unreadCount: 1,
  });
  expect((await read(last.body.message.id)).body.unreadCount).toBe(0);
  expect((await read(once.body.message.id)).body.unreadCount).toBe(0);
  const history = await rest(first.url, buyer, 'GET', path);
  expect(
    history.body.messages.every((message: { readAt: string | null }) => message.readAt !== null),
  ).toBe(true);
  const receipts = await client.take('read_receipt', 2);
  expect(receipts.map((frame) => frame['seq'])).toEqual([3, 4]);
});

test('a stranger cannot tell a conversation from none', async () => {
  const id = await newConversation(first.url, buyer, seller);
  const stranger = await newUser();
  const answers = [
    await rest(first.url, stranger, 'GET', `${conversations}/${id}`),
    await rest(first.url, stranger, 'GET', `${conversations}/${randomUUID()}`),
    await rest(first.url, stranger, 'GET', `${conversations}/${id}/messages`),
    await rest(first.url, stranger, 'POST', `${conversations}/${id}/messages`, { content: 'x' }),
    await rest(first.url, stranger, 'POST', `${conversations}/${id}/read`, {
      messageId: randomUUID(),
    }),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual(answers[0]?.body);
  }
});

test('what operators and developers ask for is served', async () => {
  for (const path of ['/healthz', '/readyz']) {
    expect((await rest(first.url, undefined, 'GET', path)).status).toBe(200);
  }
  expect((await rest(first.url, undefined, 'GET', '/openapi.json')).body.openapi).toBe('3.1.0');
  const { asyncapi, components } = (await rest(first.url, undefined, 'GET', '/asyncapi.json')).body;
  expect(asyncapi).toBe('3.0.0');
  for (const type of [
    'send_message',
    'typing',
    'mark_read',
    'new_message',
    'read_receipt',
    'connected',
    'pong',
  ]) {
    expect(components.messages[type].payload.properties.type.const).toBe(type);
  }
  expect(await (await fetch(`${first.url}/metrics`)).text()).toContain('parley_connections');
  expect(await (await fetch(`${first.url}/docs`)).text()).toContain('<title>Parley');
});
