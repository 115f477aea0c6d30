import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Client, connect, newConversation, newUser, rest, signToken } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { nodeForTest } from './support/node-process.ts';
import { startProxy } from './support/proxy.ts';
import { query } from './support/query.ts';
import { SECRET } from './support/spawn-node.ts';
import { announce } from './support/upload.ts';

const CONTENT = 'the-content-of-a-message';
const PASSWORD = 'the-password-of-the-database';
const REDIS_PASSWORD = 'the-password-of-redis';

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

/** A URL with somebody's name and password in it. */
function withLogin(url: string, username: string, password: string): string {
  const changed = new URL(url);
  Object.assign(changed, { username, password });
  return changed.href;
}

async function proxyTo(url: string) {
  const proxy = await startProxy(url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

/** A node that knows secrets, and says all that it can. */
async function talkativeNode() {
  const role = `role_${randomUUID().replaceAll('-', '')}`;
  await query(databaseUrl, `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
  const [postgres, redis] = [await proxyTo(databaseUrl), await proxyTo(inject('redisUrl'))];
  const user = `user-${randomUUID()}`;
  await redisCommand(['ACL', 'SETUSER', user, 'on', `>${REDIS_PASSWORD}`, '~*', '&*', '+@all']);
  onTestFinished(async () => void (await redisCommand(['ACL', 'DELUSER', user])));
  const node = await nodeForTest({
    DATABASE_URL: withLogin(postgres.url, role, PASSWORD),
    REDIS_URL: withLogin(redis.url, user, REDIS_PASSWORD),
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'trace',
  });
  return { node, postgres, redis };
}

async function redisCommand(args: readonly [string, ...string[]]): Promise<unknown> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(inject('redisUrl'), { lazyConnect: true });
  await redis.connect();
  try {
    return await redis.call(...args);
  } finally {
    redis.disconnect();
  }
}

test('no content, token, secret or password is in the logs, the metrics or the errors of a node', async () => {
  const { node, postgres, redis } = await talkativeNode();
  const [buyer, seller, stranger] = await Promise.all([newUser(), newUser(), newUser()]);
  const wrong = [
    await signToken(randomUUID(), -60),
    `${stranger.token}x`,
    'not-a-token-but-a-secret',
    `${stranger.token.slice(0, -20)}AAAAAAAAAAAAAAAAAAAA`,
  ];
  const bodies: string[] = [];
  const answer = async (path: string, init: RequestInit = {}): Promise<number> => {
    const response = await fetch(node.url + path, init);
    const text = await response.text();
    // Whoever asked for a message gets it.
    if (!response.ok) bodies.push(text);
    return response.status;
  };
  const ids: string[] = [];
  const post = (path: string, body: string, token = buyer.token, type = 'application/json') => {
    ids.push(`request-${ids.length}`);
    return answer(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': type,
        'x-request-id': `request-${ids.length - 1}`,
      },
      body,
    });
  };
  const errors: string[] = [];
  const upgrade = async (path: string, protocols: string[], headers: Record<string, string>) => {
    const client = new Client(new WebSocket(`${node.wsUrl}${path}`, protocols, { headers }));
    const refused = new Promise<void>((resolve) => {
      client.socket.on('unexpected-response', (_, response) => {
        response.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
        response.on('end', () => resolve());
      });
    });
    await Promise.race([refused, client.next('connected')]);
    client.socket.terminate();
  };

  const conversationId = await newConversation(node.url, buyer, seller);
  const messages = `/api/conversations/${conversationId}/messages`;
  const here = await connect(node.wsUrl, buyer);
  const there = await connect(node.wsUrl, seller);
  const signatures: string[] = [];
  /** A file whose name and bytes are secrets; while PostgreSQL is away it is not even announced. */
  const files = async () => {
    const file = { name: `${CONTENT}.txt`, contentType: 'image/png', bytes: Buffer.from(CONTENT) };
    const { status, body } = await announce(node.url, buyer, conversationId, file);
    if (status !== 201) return;
    const { url } = body.upload;
    signatures.push(new URL(url, node.url).searchParams.get('signature') ?? '');
    await answer(url, { method: 'PUT', body: `${CONTENT} and more` });
    await answer(url, { method: 'PUT', body: CONTENT });
    await answer(`${url}x`, { method: 'PUT', body: CONTENT });
    await answer(`${url}/original`);
    await post(
      `/api/conversations/${conversationId}/attachments/${body.attachment.id}/complete`,
      '{}',
    );
    here.send({ type: 'send_message', conversationId, attachmentIds: [body.attachment.id] });
  };
  const everything = async () => {
    const send = (fields: object) =>
      here.send({ type: 'send_message', conversationId, content: CONTENT, ...fields });
    send({});
    send({ clientMessageId: 'key-of-one' });
    send({ clientMessageId: 'key-of-one', content: `${CONTENT} changed` });
    send({ conversationId: randomUUID() });
    send({ content: CONTENT.repeat(1_000) });
    send({ content: `${CONTENT}\u0000` });
    here.send({ type: 'nonsense', content: CONTENT });
    const messageId = there.frames.find(({ type }) => type === 'new_message')?.['message'].id;
    const change = (fields: object) => here.send({ conversationId, messageId, ...fields });
    for (const content of [`${CONTENT} edited`, CONTENT.repeat(1_000)])
      change({ type: 'edit_message', content });
    change({ type: 'edit_message', messageId: randomUUID(), content: CONTENT });
    change({ type: 'add_reaction', emoji: CONTENT });
    change({ type: 'delete_message', messageId: CONTENT });
    here.send({ type: 'mark_read', conversationId, messageId: CONTENT });
    here.send({ type: 'authenticate', token: wrong[0] });
    here.send({ type: 'authenticate', token: stranger.token });
    here.socket.send(`{"content":"${CONTENT}`);
    await post(messages, JSON.stringify({ content: CONTENT }));
    await post(messages, `{"content":"${CONTENT}`);
    await post(messages, JSON.stringify({ content: [CONTENT] }));
    await post(messages, JSON.stringify({ content: CONTENT }), buyer.token, 'text/plain');
    await post(messages, JSON.stringify({ content: CONTENT }), stranger.token);
    await post('/api/conversations', JSON.stringify({ listingId: CONTENT, sellerId: CONTENT }));
    await answer(`${messages}?before=${CONTENT}&token=${buyer.token}`);
    await answer(`/api/conversations/${CONTENT}?token=${buyer.token}`);
    await answer(`${messages}?token=${buyer.token}`);
    await answer(`/nowhere/${CONTENT}?token=${buyer.token}`);
    for (const token of [buyer.token, ...wrong]) {
      await upgrade('', [], { authorization: `Bearer ${token}` });
      await upgrade('', ['parley.v1', `bearer.${token}`], {});
      await upgrade('', [], { cookie: `parley_token=${token}`, origin: node.url });
      await upgrade(`?token=${token}`, [], {});
      await post(messages, '{}', token);
      await answer(`${messages}?token=${token}`);
      await answer(messages, { headers: { cookie: `parley_token=${token}` } });
    }
    await files();
  };
  await post(messages, JSON.stringify({ content: CONTENT }));
  await there.next('new_message');
  await everything();
  await there.take('new_message', 4);
  await there.next('message_edited');
  expect(signatures.length).toBeGreaterThan(0);
  for (const proxy of [redis, postgres]) proxy.close();
  await expect
    .poll(async () => (await rest(node.url, undefined, 'GET', '/readyz')).status)
    .toBe(503);
  await everything();
  await expect
    .poll(() => here.frames.filter(({ code }) => code === 'unavailable').length)
    .toBeGreaterThan(0);
  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  for (const proxy of [redis, postgres]) proxy.open();
  await expect
    .poll(async () => (await rest(node.url, undefined, 'GET', '/readyz')).status)
    .toBe(200);
  for (let i = 0; i < 20; i += 1) here.socket.send(`{"content":"${CONTENT}`);
  await here.closed;
  await query(databaseUrl, 'ALTER TABLE messages ADD CONSTRAINT refusing CHECK (false) NOT VALID');
  await post(messages, JSON.stringify({ content: CONTENT }));
  await expect.poll(() => node.output()).toContain('a batch was not written');
  node.kill('SIGTERM');

  const sent = here.frames
    .filter(({ type }) => type === 'error')
    .map((frame) => JSON.stringify(frame));
  const written = {
    'what it wrote': node.output(),
    'its metrics': metrics,
    'what it answered': [...bodies, ...errors, ...sent].join('\n'),
  };
  const secrets = {
    content: CONTENT,
    'password of PostgreSQL': PASSWORD,
    'password of Redis': REDIS_PASSWORD,
    secret: SECRET,
    "buyer's token": buyer.token.split('.')[2],
    "seller's token": seller.token.split('.')[2],
    "stranger's token": stranger.token.split('.')[1],
    'expired token': wrong[0]?.split('.')[1],
    'no token': wrong[2],
    "signature of a file's URL": signatures[0],
  };
  for (const [place, text] of Object.entries(written)) {
    expect(text.length).toBeGreaterThan(1_000);
    for (const [name, secret = ''] of Object.entries(secrets))
      expect([name, place, text.includes(secret)]).toEqual([name, place, false]);
  }

  // And what must be there, is: which request it was, which socket.
  const lines = node
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const about = (msg: string) => logged.filter((line) => line['msg'] === msg);
  const failed = about('a request failed').map((line) => line['requestId']);
  expect(ids.filter((id) => failed.includes(id)).length).toBeGreaterThan(0);
  expect(failed).not.toContain(undefined);
  const connectionId = here.frames[0]?.['connectionId'];
  expect(about('a socket was opened')).toContainEqual(
    expect.objectContaining({ connectionId, userId: buyer.id, requestId: expect.any(String) }),
  );
  expect(about('a socket was closed')).toContainEqual(
    expect.objectContaining({ connectionId, reason: 'bad_frames' }),
  );
  expect(about('a frame could not be handled')).toContainEqual(
    expect.objectContaining({ connectionId }),
  );
  // Not a line for each of the frames and sockets that failed alike.
  expect(about('a frame could not be handled').length).toBeLessThan(10);
}, 120_000);
