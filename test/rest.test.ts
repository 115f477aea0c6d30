import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { query } from './support/query.ts';
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

test('the list: what was active in the same millisecond is on one page or the next, by id', async () => {
  const user = await newUser();
  const ids = Array.from({ length: 7 }, () => randomUUID()).toSorted();
  // Imported rows may have microseconds, here against the order of the ids; cursors have milliseconds.
  await query(
    databaseUrl,
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at)
     SELECT id, n, CASE WHEN n % 2 = 0 THEN $2::uuid ELSE $3::uuid END, CASE WHEN n % 2 = 0 THEN $3::uuid ELSE $2::uuid END,
       timestamptz '2026-01-01 12:00:00.123999Z' - n * interval '100 microseconds'
     FROM unnest($1::uuid[]) WITH ORDINALITY AS t(id, n)`,
    [ids, user.id, randomUUID()],
  );
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await rest(first.url, user, 'GET', `${conversations}?limit=2${cursor}`);
    for (const item of page.body.conversations) {
      expect(item).toMatchObject({
        createdAt: '2026-01-01T12:00:00.123Z',
        lastMessageAt: null,
        lastMessage: null,
        unreadCount: 0,
        seq: 0,
      });
      seen.push(item.id);
    }
    const { nextCursor } = page.body as { nextCursor: string | null };
    cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
  }
  expect(seen).toEqual(ids.toReversed());
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

test.each(['678999', '678000', '001000', '999999'])(
  'a time with the microseconds .%s, as an import may have, is cut off to milliseconds everywhere',
  async (fraction) => {
    const id = await newConversation(first.url, buyer, seller);
    await query(
      databaseUrl,
      `WITH c AS (UPDATE conversations SET seq = 1 WHERE id = $1)
       INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq, client_message_id)
       VALUES (gen_random_uuid(), $1, $2, 'old', $3, 1, 'old')`,
      [id, buyer.id, `2026-01-02T03:04:05.${fraction}Z`],
    );
    const path = `${conversations}/${id}/messages`;
    const again = await rest(first.url, buyer, 'POST', path, {
      content: 'old',
      clientMessageId: 'old',
    });
    const createdAt = `2026-01-02T03:04:05.${fraction.slice(0, 3)}Z`;
    expect(again).toMatchObject({ status: 200, body: { message: { createdAt } } });
    const history = await rest(second.url, buyer, 'GET', path);
    expect(history.body.messages).toEqual([again.body.message]);
  },
);

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

test('the history of a conversation without messages is empty', async () => {
  const id = await newConversation(first.url, buyer, seller);
  for (const parameters of ['', '?before=5', '?after=0', '?limit=1']) {
    const answer = await rest(
      first.url,
      seller,
      'GET',
      `${conversations}/${id}/messages${parameters}`,
    );
    expect(answer).toMatchObject({ status: 200, body: { messages: [], nextCursor: null } });
  }
});

test('a message of another conversation is no place in this one', async () => {
  const [id, other] = [
    await newConversation(first.url, buyer, seller),
    await newConversation(first.url, buyer, seller),
  ];
  const sent = await rest(first.url, buyer, 'POST', `${conversations}/${other}/messages`, {
    content: 'there',
  });
  for (const field of ['before', 'after']) {
    const path = `${conversations}/${id}/messages?${field}=${sent.body.message.id}`;
    const answer = await rest(first.url, buyer, 'GET', path);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_message' } });
    expect(answer.body.detail).toContain(field);
    expect((await rest(first.url, await newUser(), 'GET', path)).status).toBe(403);
  }
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

test('creating answers 201, then 200 with the same conversation', async () => {
  const body = { listingId: 43, sellerId: seller.id };
  const created = await rest(first.url, buyer, 'POST', conversations, body);
  const again = await rest(second.url, buyer, 'POST', conversations, body);
  expect([created.status, again.status]).toEqual([201, 200]);
  expect(again.body).toEqual({ ...created.body, presence: expect.anything() });
  expect(created.body).toMatchObject({
    listingId: 43,
    buyerId: buyer.id,
    sellerId: seller.id,
    lastMessageAt: null,
    lastMessage: null,
    unreadCount: 0,
    seq: 0,
  });
  const shouted = { listingId: 44, sellerId: buyer.id.toUpperCase() };
  expect((await rest(first.url, buyer, 'POST', conversations, shouted)).status).toBe(422);
});

test('every socket of both parties on both nodes hears of a new conversation, once', async () => {
  const [one, two] = await Promise.all([newUser(), newUser()]);
  const clients = await Promise.all(
    [one, two].flatMap((user) => [first, second].map((node) => connect(node.wsUrl, user))),
  );
  const id = await newConversation(second.url, one, two);
  await rest(first.url, two, 'POST', `${conversations}/${id}/messages`, { content: 'at once' });
  for (const client of clients) {
    expect((await client.next('conversation_created'))['conversation'].id).toBe(id);
    expect(await client.next('new_message')).toMatchObject({ conversationId: id, seq: 1 });
    await client.settle();
    for (const type of ['conversation_created', 'new_message']) {
      expect(client.frames.filter((frame) => frame.type === type)).toHaveLength(1);
    }
  }
});

test('unread counts and last messages are exact for both parties, in the list and alone', async () => {
  const [one, two] = await Promise.all([newUser(), newUser()]);
  const id = await newConversation(first.url, one, two);
  const path = `${conversations}/${id}`;
  const say = (user: User, content: string) =>
    rest(first.url, user, 'POST', `${path}/messages`, { content });
  const expectBoth = async (last: string, unreadOne: number, unreadTwo: number) => {
    for (const [user, unreadCount] of [
      [one, unreadOne],
      [two, unreadTwo],
    ] as const) {
      const alone = await rest(second.url, user, 'GET', path);
      expect(alone.body).toMatchObject({ id, unreadCount, lastMessage: { content: last } });
      expect(alone.body.lastMessageAt).toBe(alone.body.lastMessage.createdAt);
      const list = await rest(second.url, user, 'GET', conversations);
      const conversation = { ...alone.body, presence: expect.anything() };
      expect(list.body).toEqual({ conversations: [conversation], nextCursor: null });
    }
  };
  await say(one, 'a');
  await say(one, 'b');
  const answer = await say(two, 'c');
  await say(two, 'd');
  await expectBoth('d', 2, 2);
  await rest(first.url, one, 'POST', `${path}/read`, { messageId: answer.body.message.id });
  await expectBoth('d', 1, 2);
  const history = await rest(second.url, two, 'GET', `${path}/messages`);
  expect(
    history.body.messages.map((message: { content: string; readAt: string | null }) => [
      message.content,
      message.readAt !== null,
    ]),
  ).toEqual([
    ['d', false],
    ['c', true],
    ['b', false],
    ['a', false],
  ]);
});

test('the history can be walked by message ids, each message once', async () => {
  const id = await newConversation(first.url, buyer, seller);
  for (let i = 1; i <= 7; i += 1) {
    await rest(first.url, seller, 'POST', `${conversations}/${id}/messages`, { content: `${i}` });
  }
  type Listed = { readonly id: string; readonly seq: number };
  const page = async (parameters: string): Promise<Listed[]> => {
    const answer = await rest(
      second.url,
      buyer,
      'GET',
      `${conversations}/${id}/messages?${parameters}`,
    );
    expect(answer.status).toBe(200);
    return answer.body.messages;
  };
  const down: number[] = [];
  for (let got = await page('limit=3'); got.length > 0;) {
    down.push(...got.map(({ seq }) => seq));
    got = await page(`limit=3&before=${got.at(-1)?.id}`);
  }
  expect(down).toEqual([7, 6, 5, 4, 3, 2, 1]);
  const up: number[] = [];
  for (let got = await page('limit=3&after=0'); got.length > 0;) {
    up.push(...got.map(({ seq }) => seq).toReversed());
    got = await page(`limit=3&after=${got[0]?.id}`);
  }
  expect(up).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect((await page('after=5')).map(({ seq }) => seq)).toEqual([7, 6]);
  expect(await page('before=1')).toEqual([]);
});

test('reading again, or less, changes nothing and tells nobody', async () => {
  const [one, two] = await Promise.all([newUser(), newUser()]);
  const id = await newConversation(first.url, one, two);
  const client = await connect(second.wsUrl, one);
  const ids: string[] = [];
  for (const content of ['a', 'b']) {
    const sent = await rest(first.url, one, 'POST', `${conversations}/${id}/messages`, { content });
    ids.push(sent.body.message.id);
  }
  const get = () => rest(first.url, two, 'GET', `${conversations}/${id}`);
  const read = (messageId: string | undefined) =>
    rest(first.url, two, 'POST', `${conversations}/${id}/read`, { messageId });
  expect(await read(ids[1])).toMatchObject({ status: 200, body: { unreadCount: 0 } });
  const before = (await get()).body;
  expect(before).toMatchObject({ seq: 3, unreadCount: 0 });
  for (const messageId of [ids[1], ids[0]]) {
    expect(await read(messageId)).toMatchObject({ status: 200, body: { unreadCount: 0 } });
  }
  expect((await get()).body).toEqual({ ...before, presence: expect.anything() });
  // Its receipt has the next number: the two reads in between had none.
  const last = await rest(first.url, one, 'POST', `${conversations}/${id}/messages`, {
    content: 'c',
  });
  await read(last.body.message.id);
  await client.next('read_receipt', (frame) => frame['seq'] === 5);
  expect(
    client.frames.filter(({ type }) => type === 'read_receipt').map((frame) => frame['seq']),
  ).toEqual([3, 5]);
});

test('the documents name every message, and /docs is a page', async () => {
  const { components, channels } = (await rest(second.url, undefined, 'GET', '/asyncapi.json'))
    .body;
  const types = [
    'send_message',
    'typing',
    'mark_read',
    'authenticate',
    'ping',
    'connected',
    'new_message',
    'message_ack',
    'typing_notify',
    'read_receipt',
    'conversation_created',
    'pong',
    'error',
  ];
  expect(Object.keys(components.messages)).toEqual(expect.arrayContaining(types));
  expect(Object.keys(channels.chat.messages)).toEqual(Object.keys(components.messages));
  const { paths } = (await rest(second.url, undefined, 'GET', '/openapi.json')).body;
  const path = `${conversations}/{id}`;
  for (const [name, method] of [
    [conversations, 'get'],
    [conversations, 'post'],
    [path, 'get'],
    [`${path}/messages`, 'get'],
    [`${path}/messages`, 'post'],
    [`${path}/read`, 'post'],
  ] as const) {
    expect(paths[name]).toHaveProperty(method);
  }
  const docs = await fetch(`${second.url}/docs`);
  expect(docs.status).toBe(200);
  expect(docs.headers.get('content-type')).toMatch(/^text\/html/);
  await docs.body?.cancel();
});

test('another origin may not read answers, and is not told that it may', async () => {
  for (const [method, path] of [
    ['GET', conversations],
    ['OPTIONS', conversations],
    ['GET', '/healthz'],
  ] as const) {
    const answer = await fetch(first.url + path, {
      method,
      headers: {
        authorization: `Bearer ${buyer.token}`,
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
      },
    });
    await answer.body?.cancel();
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    );
  }
});
