/**
 * A client that knows only the rows of docs/protocol.md marked seed. Written from that page: it takes nothing from the
 * server's code, ignores what it does not know, and must never see an error.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createDatabase } from './support/database.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, SECRET, startNode } from './support/spawn-node.ts';

let first: NodeProcess;
let second: NodeProcess;

beforeAll(async () => {
  const env = clusterEnv(await createDatabase());
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
});
afterAll(async () => {
  for (const node of [first, second]) node.kill('SIGKILL');
  await Promise.all([first.exited, second.exited]);
});

const token = (sub: string) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));

class SeedClient {
  readonly newMessages: {
    conversationId: string;
    message: { id: string; senderId: string; content: string; createdAt: string };
    timestamp: string;
  }[] = [];
  readonly typing: { conversationId: string; userId: string; timestamp: string }[] = [];
  readonly receipts: {
    conversationId: string;
    userId: string;
    messageId: string;
    timestamp: string;
  }[] = [];
  readonly errors: { error: string; timestamp: string }[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString());
      if (frame.type === 'new_message') this.newMessages.push(frame);
      if (frame.type === 'typing_notify') this.typing.push(frame);
      if (frame.type === 'read_receipt') this.receipts.push(frame);
      if (frame.type === 'error') this.errors.push(frame);
    });
  }

  static async open(
    node: NodeProcess,
    userId: string,
    place: 'header' | 'query',
  ): Promise<SeedClient> {
    const jwt = await token(userId);
    const socket =
      place === 'header'
        ? new WebSocket(node.wsUrl, { headers: { Authorization: `Bearer ${jwt}` } })
        : new WebSocket(`${node.wsUrl}?token=${jwt}`);
    const client = new SeedClient(socket);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return client;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }
}

test('a seed client chats, types and reads across two nodes without seeing an error', async () => {
  const buyerId = randomUUID();
  const sellerId = randomUUID();
  const created = await fetch(`${first.url}/api/conversations`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await token(buyerId)}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ listingId: 7, sellerId }),
  });
  expect(created.status).toBe(201);
  const conversation = (await created.json()) as Record<string, unknown>;
  expect(conversation).toMatchObject({ listingId: 7, buyerId, sellerId, lastMessageAt: null });
  const conversationId = conversation['id'] as string;

  const buyer = await SeedClient.open(first, buyerId, 'header');
  const seller = await SeedClient.open(second, sellerId, 'query');
  // A seed client knows no `connected`: it sends as soon as the socket is open, and sends are never lost.
  buyer.send({ type: 'send_message', conversationId, content: 'Is it still for sale?' });
  await expect.poll(() => buyer.newMessages.length).toBe(1);
  await expect
    .poll(async () => {
      const answer = await fetch(`${second.url}/api/conversations/${conversationId}/messages`, {
        headers: { Authorization: `Bearer ${await token(sellerId)}` },
      });
      return ((await answer.json()) as { messages: unknown[] }).messages.length;
    })
    .toBe(1);

  seller.send({ type: 'send_message', conversationId, content: 'Yes' });
  await expect.poll(() => buyer.newMessages.length).toBe(2);
  await expect.poll(() => seller.newMessages.at(-1)?.message.content).toBe('Yes');
  const answer = buyer.newMessages[1]!;
  expect(answer).toMatchObject({ conversationId, message: { senderId: sellerId, content: 'Yes' } });
  expect(answer.message.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(answer.timestamp).toMatch(/Z$/);

  buyer.send({ type: 'typing', conversationId });
  await expect.poll(() => seller.typing.length).toBe(1);
  expect(seller.typing[0]).toMatchObject({ conversationId, userId: buyerId });

  buyer.send({ type: 'mark_read', conversationId, messageId: answer.message.id });
  await expect.poll(() => seller.receipts.length).toBe(1);
  await expect.poll(() => buyer.receipts.length).toBe(1);
  // Its own would have come before the receipt.
  expect(buyer.typing).toEqual([]);
  expect(seller.receipts[0]).toMatchObject({
    conversationId,
    userId: buyerId,
    messageId: answer.message.id,
  });

  expect([...buyer.errors, ...seller.errors]).toEqual([]);

  const stranger = await SeedClient.open(first, randomUUID(), 'header');
  stranger.send({ type: 'send_message', conversationId, content: 'hello' });
  await expect.poll(() => stranger.errors.length).toBe(1);
  expect(stranger.errors[0]?.error).toBe('not authorized for this conversation');
});

test('a seed client chats on, without an error, with somebody who edits, deletes and reacts', async () => {
  const [buyerId, sellerId] = [randomUUID(), randomUUID()];
  const [buyerToken, sellerToken] = [await token(buyerId), await token(sellerId)];
  const call = (jwt: string, method: string, path: string, body?: object) =>
    fetch(`${second.url}/api/conversations${path}`, {
      method,
      headers: { Authorization: `Bearer ${jwt}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const created = await call(buyerToken, 'POST', '', { listingId: 8, sellerId });
  const { id: conversationId } = (await created.json()) as { id: string };
  const buyer = await SeedClient.open(first, buyerId, 'header');
  const seller = await SeedClient.open(second, sellerId, 'query');
  for (const content of ['one', 'two', 'three'])
    buyer.send({ type: 'send_message', conversationId, content });
  await expect.poll(() => buyer.newMessages.length).toBe(3);
  const [one, two] = buyer.newMessages.map(
    ({ message }) => `/${conversationId}/messages/${message.id}`,
  );
  for (const [jwt, method, path, body] of [
    [buyerToken, 'PATCH', one, { content: 'one, edited' }],
    [sellerToken, 'PUT', `${one}/reactions/%F0%9F%91%8D`],
    [sellerToken, 'DELETE', `${one}/reactions/%F0%9F%91%8D`],
    [buyerToken, 'DELETE', two],
  ] as const)
    expect((await call(jwt, method, path ?? '', body)).status).toBe(200);

  // What was deleted is a message with no text to it, which it may mark as read as any other.
  const history = await call(sellerToken, 'GET', `/${conversationId}/messages`);
  const { messages } = (await history.json()) as { messages: { id: string; content: string }[] };
  expect(messages.map(({ content }) => content)).toEqual(['three', '', 'one, edited']);
  for (const { id: messageId } of messages.toReversed())
    seller.send({ type: 'mark_read', conversationId, messageId });
  seller.send({ type: 'send_message', conversationId, content: 'four' });
  await expect.poll(() => buyer.newMessages.at(-1)?.message.content).toBe('four');
  await expect.poll(() => buyer.receipts.at(-1)?.messageId).toBe(messages[0]?.id);
  const list = await call(sellerToken, 'GET', `/${conversationId}`);
  expect(await list.json()).toMatchObject({ unreadCount: 0, lastMessage: { content: 'four' } });
  expect([...buyer.errors, ...seller.errors]).toEqual([]);
});
