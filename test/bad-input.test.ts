import { randomUUID } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Client,
  type User,
  connect,
  newConversation,
  newUser,
  rest,
} from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let node: NodeProcess;
let buyer: User;
let seller: User;
let stranger: User;
let conversationId: string;
let client: Client;

beforeAll(async () => {
  node = await startNode({ ...clusterEnv(await createDatabase()), LOG_LEVEL: 'trace' });
  [buyer, seller, stranger] = await Promise.all([newUser(), newUser(), newUser()]);
  conversationId = await newConversation(node.url, buyer, seller);
  client = await connect(node.wsUrl, buyer);
});
afterAll(async () => {
  node.kill('SIGKILL');
  await node.exited;
});

/** The one answer to a frame, on a socket that lives on. */
async function answerTo(frame: object | string, from = client): Promise<Record<string, unknown>> {
  // What others did may be told on the same socket meanwhile.
  const answers = () => from.frames.filter(({ type }) => type === 'error' || type === 'pong');
  const before = answers().length;
  if (typeof frame === 'string') from.socket.send(frame);
  else from.send(frame);
  await expect.poll(() => answers().length).toBeGreaterThan(before);
  const answer = answers()[before];
  await from.settle();
  return { ...answer };
}

const send = (content: unknown) => ({ type: 'send_message', conversationId, content });
const invalid = { type: 'error', code: 'invalid_message' };
const CONTENT = /^content must be/;
const UUID = /must be a UUID$/;

test.each<[string, object | string, object, RegExp]>([
  ['not JSON', 'hello', invalid, /JSON/],
  ['an array', '[]', invalid, /object/],
  ['null', 'null', invalid, /object/],
  ['a number', '7', invalid, /object/],
  ['deep nesting', '['.repeat(15_000), invalid, /JSON/],
  ['deep and closed', '['.repeat(15_000) + ']'.repeat(15_000), invalid, /object/],
  ['no type', {}, invalid, /^type/],
  ['a type that is no string', { type: 7 }, invalid, /^type/],
  [
    'an unknown type',
    { type: 'shout' },
    { code: 'unknown_type', request: 'shout' },
    /^unknown message type$/,
  ],
  ['a type of Object', { type: 'constructor' }, { code: 'unknown_type' }, /^unknown message type$/],
  ['the type __proto__', { type: '__proto__' }, { code: 'unknown_type' }, /^unknown message type$/],
  ['a missing field', { type: 'send_message', conversationId: randomUUID() }, invalid, CONTENT],
  ['no conversation', { type: 'typing' }, invalid, UUID],
  ['an id that is no UUID', { type: 'typing', conversationId: 'x' }, invalid, UUID],
  [
    'a message id that is no UUID',
    { type: 'mark_read', conversationId: randomUUID(), messageId: 7 },
    invalid,
    UUID,
  ],
])('a frame that is %s is refused', async (_, frame, fields, text) => {
  const answer = await answerTo(frame);
  expect(answer).toMatchObject(fields);
  expect(answer['error']).toMatch(text);
});

test.each<[string, unknown, object]>([
  ['a number', 7, invalid],
  ['empty', '', invalid],
  ['blank', ' \n\t ', invalid],
  ['with U+0000', 'a\0b', invalid],
  ['with a lone surrogate', 'a\ud800b', invalid],
  [
    'of 4097 bytes',
    'x'.repeat(4_097),
    { code: 'message_too_large', error: 'content must be at most 4096 bytes' },
  ],
  ['of 4097 bytes in fewer characters', `${'é'.repeat(2_048)}x`, { code: 'message_too_large' }],
])('content that is %s is refused', async (_, content, fields) => {
  expect(await answerTo(send(content))).toMatchObject({
    type: 'error',
    request: 'send_message',
    conversationId,
    ...fields,
  });
});

test.each([
  ['ASCII', 'x'.repeat(4_096)],
  ['two-byte', 'é'.repeat(2_048)],
  ['four-byte', '🚲'.repeat(1_024)],
])('4096 bytes of %s content pass', async (_, content) => {
  const clientMessageId = randomUUID();
  client.send({ ...send(content), clientMessageId });
  const ack = await client.next(
    'message_ack',
    (frame) => frame['clientMessageId'] === clientMessageId,
  );
  expect(ack['message'].content).toBe(content);
});

test('unknown fields and __proto__ are ignored, however deep', async () => {
  const deep = `{"type":"ping","__proto__":{"type":"x"},"constructor":1,"more":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
  const other = await connect(node.wsUrl, stranger);
  expect(await answerTo(deep, other)).toMatchObject({ type: 'pong' });
});

test.each([0, 65, 7, null])('a clientMessageId of %s is refused', async (value) => {
  const clientMessageId = typeof value === 'number' && value !== 7 ? 'k'.repeat(value) : value;
  const answer = await answerTo({ ...send('x'), clientMessageId });
  expect(answer).toMatchObject(invalid);
  expect(answer['error']).toMatch(/^clientMessageId must be/);
});

test('a frame of 33 KiB closes with 1009, a binary frame with 4400', async () => {
  const big = await connect(node.wsUrl, stranger);
  big.socket.send('x'.repeat(33 * 1_024));
  expect((await big.closed)[0]).toBe(1009);
  const binary = await connect(node.wsUrl, stranger);
  binary.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
  expect((await binary.closed)[0]).toBe(4400);
  await client.settle();
});

test('20 invalid frames in a row close with 4400; a valid one between starts the count anew', async () => {
  const bad = await connect(node.wsUrl, stranger);
  for (let i = 0; i < 19; i += 1) bad.socket.send('x');
  await bad.settle();
  for (let i = 0; i < 19; i += 1) bad.socket.send('x');
  await bad.settle();
  for (let i = 0; i < 20; i += 1) bad.socket.send('x');
  expect((await bad.closed)[0]).toBe(4400);
});

test("somebody else's conversation and one that does not exist get the same answer", async () => {
  const other = await connect(node.wsUrl, stranger);
  for (const type of ['send_message', 'typing', 'mark_read']) {
    for (const id of [conversationId, randomUUID()]) {
      const answer = await answerTo(
        { type, conversationId: id, content: 'x', messageId: randomUUID() },
        other,
      );
      expect(answer).toMatchObject({
        type: 'error',
        code: 'not_authorized',
        error: 'not authorized for this conversation',
        request: type,
        conversationId: id,
      });
    }
  }
});

test('mark_read refuses a message of another conversation and an own one', async () => {
  const elsewhere = await newConversation(node.url, buyer, seller);
  const other = await rest(node.url, seller, 'POST', `/api/conversations/${elsewhere}/messages`, {
    content: 'x',
  });
  const own = await rest(node.url, buyer, 'POST', `/api/conversations/${conversationId}/messages`, {
    content: 'x',
  });
  for (const { body } of [other, own]) {
    const reader = await connect(node.wsUrl, buyer);
    const answer = await answerTo(
      { type: 'mark_read', conversationId, messageId: body.message.id },
      reader,
    );
    expect(answer).toMatchObject({ ...invalid, request: 'mark_read' });
    expect(answer['error']).toMatch(/^messageId must be a message of/);
  }
});

async function raw(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(node.url + path, {
    method,
    headers: {
      authorization: `Bearer ${buyer.token}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const create = '/api/conversations';
const body = (listingId: unknown) => JSON.stringify({ listingId, sellerId: randomUUID() });

test.each<[string, string, string, string | undefined, number, string]>([
  ['bad JSON', 'POST', create, '{', 400, 'invalid_message'],
  ['a body that is no object', 'POST', create, '[]', 400, 'invalid_message'],
  ['an empty body', 'POST', create, '', 400, 'invalid_message'],
  ['a body over 32 KiB', 'POST', create, `"${'x'.repeat(33 * 1_024)}"`, 413, 'body_too_large'],
  ['listingId above int4', 'POST', create, body(2_147_483_648), 400, 'invalid_message'],
  ['listingId below int4', 'POST', create, body(-2_147_483_649), 400, 'invalid_message'],
  ['listingId 1.5', 'POST', create, body(1.5), 400, 'invalid_message'],
  ['listingId as text', 'POST', create, body('1'), 400, 'invalid_message'],
  ['an unknown route', 'GET', '/api/nothing', undefined, 404, 'not_found'],
  ['a bad cursor', 'GET', `${create}?cursor=x`, undefined, 400, 'invalid_message'],
  ['limit 0', 'GET', `${create}?limit=0`, undefined, 400, 'invalid_message'],
  ['limit -1', 'GET', `${create}?limit=-1`, undefined, 400, 'invalid_message'],
  ['limit 101', 'GET', `${create}?limit=101`, undefined, 400, 'invalid_message'],
  ['limit x', 'GET', `${create}?limit=x`, undefined, 400, 'invalid_message'],
  ['an id that is no UUID', 'GET', `${create}/7`, undefined, 400, 'invalid_message'],
  [
    'a conversation that is not',
    'GET',
    `${create}/${randomUUID()}`,
    undefined,
    403,
    'not_authorized',
  ],
  ['a wrong method', 'DELETE', create, undefined, 405, 'method_not_allowed'],
])('REST: %s', async (_, method, path, text, status, code) => {
  const answer = await raw(method, path, text);
  expect(answer).toMatchObject({ status, body: { status, code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST, GET, HEAD' : null);
});

test('REST: a wrong content type, a bad place in the history', async () => {
  expect(await raw('POST', create, body(1), 'text/plain')).toMatchObject({
    status: 415,
    body: { code: 'unsupported_media_type' },
  });
  for (const place of ['before=x', 'after=-1', `before=${randomUUID()}`, 'before=99999999999']) {
    expect(await raw('GET', `${create}/${conversationId}/messages?${place}`)).toMatchObject({
      status: 400,
    });
  }
});

test('REST: an upload that is broken off leaves the server well', async () => {
  await new Promise<void>((resolve) => {
    const socket = connectTcp(node.port, '127.0.0.1', () => {
      socket.write(
        `POST ${create} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${buyer.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"listingId":`,
        () => {
          socket.destroy();
          resolve();
        },
      );
    });
  });
  expect((await rest(node.url, buyer, 'GET', create)).status).toBe(200);
});

test.each<[string, string]>([
  ['a string', '"ping"'],
  ['a boolean', 'true'],
  ['an empty frame', ''],
  ['a type of toString', '{"type":"toString"}'],
  ['a type within __proto__', '{"__proto__":{"type":"ping"}}'],
  [
    'a list as content',
    `{"type":"send_message","conversationId":"${randomUUID()}","content":["x"]}`,
  ],
  [
    'an object as content',
    `{"type":"send_message","conversationId":"${randomUUID()}","content":{}}`,
  ],
  ['null as content', `{"type":"send_message","conversationId":"${randomUUID()}","content":null}`],
  ['a list as id', `{"type":"typing","conversationId":["${randomUUID()}"]}`],
  ['a UUID with more behind it', `{"type":"typing","conversationId":"${randomUUID()}0"}`],
  ['no message id', `{"type":"mark_read","conversationId":"${randomUUID()}"}`],
  ['no token', '{"type":"authenticate"}'],
])('a frame with %s gets one error and the socket lives', async (_, frame) => {
  const answer = await answerTo(frame);
  expect(answer).toMatchObject({ type: 'error', timestamp: expect.stringMatching(/Z$/) });
  expect(['invalid_message', 'unknown_type']).toContain(answer['code']);
});

test('an error repeats what it can of the refused frame', async () => {
  const clientMessageId = randomUUID();
  expect(await answerTo({ ...send(''), clientMessageId })).toEqual({
    type: 'error',
    error: expect.stringMatching(CONTENT),
    code: 'invalid_message',
    request: 'send_message',
    conversationId,
    clientMessageId,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

const padded = (size: number) => {
  const text = JSON.stringify({ type: 'ping', pad: '' });
  return text.replace('""', `"${'x'.repeat(size - text.length)}"`);
};

test('a frame of exactly 32 KiB is taken, one byte more is not', async () => {
  const other = await connect(node.wsUrl, stranger);
  expect(await answerTo(padded(32 * 1_024), other)).toMatchObject({ type: 'pong' });
  other.socket.send(padded(32 * 1_024 + 1));
  expect((await other.closed)[0]).toBe(1009);
  await client.settle();
});

test('not even a real message id, or asking twice, tells a stranger that a conversation is there', async () => {
  const other = await connect(node.wsUrl, stranger);
  const sent = await rest(
    node.url,
    seller,
    'POST',
    `/api/conversations/${conversationId}/messages`,
    {
      content: 'private',
    },
  );
  const messageId: string = sent.body.message.id;
  const clientMessageId = randomUUID();
  const answers: Record<string, unknown>[] = [];
  for (const id of [conversationId, randomUUID()]) {
    for (const type of ['mark_read', 'typing', 'typing', 'send_message']) {
      const {
        timestamp: _,
        conversationId: echoed,
        ...answer
      } = await answerTo(
        { type, conversationId: id, messageId, content: 'x', clientMessageId },
        other,
      );
      expect(echoed).toBe(id);
      expect(answer).toMatchObject({ code: 'not_authorized', request: type });
      answers.push(answer);
    }
  }
  expect(answers.slice(4)).toEqual(answers.slice(0, 4));
});

const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

test.each<[string, string]>([
  ['of nothing', ''],
  ['of garbage', '%ff%00'],
  ['of another form', cursorOf('1 2')],
  ['of a bad id', cursorOf('2026-01-01T12:00:00.000Z x')],
  ['of a bad time', cursorOf(`2026-13-01T12:00:00.000Z ${randomUUID()}`)],
  ['of the year 0', cursorOf(`0000-01-01T00:00:00.000Z ${randomUUID()}`)],
  ['of 201 characters', 'A'.repeat(201)],
])('REST: a cursor %s is refused', async (_, cursor) => {
  expect(await raw('GET', `${create}?cursor=${cursor}`)).toMatchObject({
    status: 400,
    body: { code: 'invalid_message' },
  });
});

test.each(['0', '-1', '101', 'x', '1.5', '', '1e1'])(
  'REST: a history limit of "%s" is refused',
  async (limit) => {
    const answer = await raw('GET', `${create}/${conversationId}/messages?limit=${limit}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_message' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  },
);

const messages = (content: unknown) => JSON.stringify({ content });

test.each<[string, string, number, string]>([
  ['empty', messages(''), 400, 'invalid_message'],
  ['blank', messages(' \n'), 400, 'invalid_message'],
  ['with U+0000', messages('a\0b'), 400, 'invalid_message'],
  ['with a lone surrogate', messages('a\ud800'), 400, 'invalid_message'],
  ['of 4097 bytes', messages('x'.repeat(4_097)), 413, 'message_too_large'],
  ['nested 15,000 deep', '['.repeat(15_000) + ']'.repeat(15_000), 400, 'invalid_message'],
  ['in __proto__', '{"__proto__":{"content":"x"}}', 400, 'invalid_message'],
])('REST: content %s is refused', async (_, text, status, code) => {
  const answer = await raw('POST', `${create}/${conversationId}/messages`, text);
  expect(answer).toMatchObject({ status, body: { status, code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

test('REST: the read mark takes no message of elsewhere and no own one', async () => {
  const elsewhere = await newConversation(node.url, buyer, seller);
  const path = `${create}/${conversationId}`;
  const sent = [
    await rest(node.url, seller, 'POST', `${create}/${elsewhere}/messages`, { content: 'y' }),
    await rest(node.url, buyer, 'POST', `${path}/messages`, { content: 'y' }),
  ];
  for (const messageId of [...sent.map((answer) => answer.body.message.id), randomUUID(), 'x', 7]) {
    expect(await raw('POST', `${path}/read`, JSON.stringify({ messageId }))).toMatchObject({
      status: 400,
      body: { code: 'invalid_message' },
    });
  }
});

test('REST: a body that is not UTF-8 is refused', async () => {
  const answer = await fetch(node.url + create, {
    method: 'POST',
    headers: { authorization: `Bearer ${buyer.token}`, 'content-type': 'application/json' },
    body: Buffer.from([0x22, 0xff, 0x22]),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_message' });
});

test('no content is in the log, whether it was taken or refused', async () => {
  const secret = 'bicycle-for-grandmother';
  const clientMessageId = randomUUID();
  client.send({ ...send(secret), clientMessageId });
  await client.next('message_ack', (frame) => frame['clientMessageId'] === clientMessageId);
  for (const refused of [
    { ...send(`other ${secret}`), clientMessageId },
    send(`${secret}\0`),
    { ...send(secret), conversationId: randomUUID() },
    { type: secret },
    secret,
  ]) {
    expect(await answerTo(refused)).toMatchObject({ type: 'error' });
  }
  const path = `${create}/${conversationId}/messages`;
  expect((await raw('POST', path, messages(secret))).status).toBe(201);
  expect((await raw('POST', path, messages(`${secret}\0`))).status).toBe(400);
  expect((await raw('POST', path, `{"content":"${secret}`)).status).toBe(400);
  expect(node.output()).not.toContain(secret);
});

test('nothing that was sent is in the log', () => {
  expect(node.output()).not.toMatch(/🚲|é{3}|xxx|eyJ/);
});
