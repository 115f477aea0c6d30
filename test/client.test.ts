import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type ClientOptions,
  type Message,
  type ParleyClient,
  createClient,
  memoryStorage,
} from '../src/client/parley-client.ts';
import { type User, newConversation, newUser, rest, signToken } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv } from './support/node-process.ts';
import { startProxy } from './support/proxy.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let first: NodeProcess;
let second: NodeProcess;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  const env = clusterEnv(databaseUrl);
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  return async () => {
    for (const node of [first, second]) {
      node.kill('SIGKILL');
      await node.exited;
    }
  };
});

function clientOf(
  user: User,
  node: { url: string },
  options: Partial<ClientOptions> = {},
): ParleyClient {
  const client = createClient({
    url: node.url,
    token: () => user.token,
    storage: memoryStorage(),
    WebSocket,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** What a balancer does that does not know yet which node is dead: each connection goes to the next one. */
function balanced(nodes: readonly { url: string }[]): Partial<ClientOptions> {
  const base = 'http://balancer';
  let turn = 0;
  const onNode = (url: string): string => {
    turn += 1;
    const { host } = new URL(nodes[turn % nodes.length]?.url ?? '');
    return url.replace('balancer', host);
  };
  class BalancedWebSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(onNode(url), protocols);
    }
  }
  return {
    url: base,
    WebSocket: BalancedWebSocket,
    fetch: (url, init) => fetch(onNode(url as string), init),
  };
}

const contents = (messages: readonly Message[]): string[] =>
  messages.map(({ status, content }) => `${status} ${content}`);

test('two people on two nodes: sent, received, unread, read, typing', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const bea = clientOf(buyer, first);
  const sam = clientOf(seller, second);
  bea.connect();
  sam.connect();
  const hers = bea.thread(id);
  const his = sam.thread(id);
  await Promise.all([hers.load(), his.load()]);
  const sent = hers.send('Is it still there?');
  expect(contents(hers.state.get().messages)).toEqual(['sending Is it still there?']);
  const [{ key } = { key: '' }] = hers.state.get().messages;
  expect(await sent).toMatchObject({ status: 'sent', seq: 1, key, senderId: buyer.id });
  await expect.poll(() => contents(his.state.get().messages)).toEqual(['sent Is it still there?']);
  expect(sam.conversations.get()).toMatchObject({
    unreadCount: 1,
    items: [{ id, unreadCount: 1 }],
  });
  his.markRead();
  expect(sam.conversations.get().unreadCount).toBe(0);
  await expect.poll(() => contents(hers.state.get().messages)).toEqual(['read Is it still there?']);
  his.typing();
  await expect.poll(() => hers.state.get().isTyping).toBe(true);
  await his.send('Yes');
  await expect.poll(() => contents(hers.state.get().messages)).toHaveLength(2);
  expect(hers.state.get().isTyping).toBe(false);
});

test('a node is killed under both: what they said is there once, and in order', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const doomed = await startNode(clusterEnv(databaseUrl));
  onTestFinished(() => doomed.kill('SIGKILL'));
  const clients = [buyer, seller].map((user) =>
    clientOf(user, doomed, balanced([first, doomed, second, doomed])),
  );
  const threads = clients.map((client) => client.thread(id));
  for (const client of clients) client.connect();
  await Promise.all(threads.map((thread) => thread.load()));
  const said: Promise<unknown>[] = [];
  for (let i = 0; i < 20; i += 1) {
    for (const [who, thread] of threads.entries()) said.push(thread.send(`${who} says ${i}`));
    if (i === 8) doomed.kill('SIGKILL');
    await sleep(30);
  }
  await Promise.all(said);
  const { body } = await rest(first.url, buyer, 'GET', `/api/conversations/${id}/messages`);
  const stored = (body.messages as { content: string }[]).map(({ content }) => content);
  for (const thread of threads)
    await expect
      .poll(() => thread.state.get().messages.map(({ content }) => content))
      .toEqual(stored.toReversed());
  for (const who of [0, 1])
    expect(stored.filter((content) => content.startsWith(`${who}`)).toReversed()).toEqual(
      Array.from({ length: 20 }, (_, i) => `${who} says ${i}`),
    );
});

test('what was written without a network is sent by the next client on the same storage, once', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const proxy = await startProxy(first.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const storage = memoryStorage();
  const before = clientOf(buyer, proxy, { storage });
  before.connect();
  await before.thread(id).load();
  proxy.close();
  await expect.poll(() => before.connection.get().status).toBe('waiting');
  void before.thread(id).send('one');
  void before.thread(id).send('two');
  before.thread(id).setDraft('thr');
  expect(contents(before.thread(id).state.get().messages)).toEqual(['sending one', 'sending two']);
  await before.close();

  proxy.open();
  const after = clientOf(buyer, proxy, { storage });
  after.connect();
  const thread = after.thread(id);
  await thread.load();
  await expect.poll(() => contents(thread.state.get().messages)).toEqual(['sent one', 'sent two']);
  expect(thread.state.get().draft).toBe('thr');
  const { body } = await rest(first.url, seller, 'GET', `/api/conversations/${id}/messages`);
  expect(body.messages).toHaveLength(2);
  await expect.poll(() => storage.entries('')).toHaveLength(1);
  await after.forget();
  expect(await storage.entries('')).toEqual([]);
});

test('tokens of some seconds: the chat goes on', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const reasons: string[] = [];
  const bea = clientOf(buyer, first, {
    token({ reason }) {
      reasons.push(reason);
      return signToken(buyer.id, 8);
    },
  });
  const sam = clientOf(seller, second);
  bea.connect();
  sam.connect();
  await sam.thread(id).load();
  const statuses = new Set<string>();
  await expect.poll(() => bea.connection.get().status).toBe('live');
  bea.connection.subscribe(({ status }) => statuses.add(status));
  for (let i = 0; i < 10; i += 1) {
    await bea.thread(id).send(`${i}`);
    await sleep(1_000);
  }
  expect([...statuses]).toEqual(['live']);
  expect(reasons.slice(0, 2)).toEqual(['connect', 'expiry']);
  await expect.poll(() => sam.thread(id).state.get().messages).toHaveLength(10);
});

test('a token that is refused is asked for once more', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const stale = await signToken(buyer.id, -60);
  const reasons: string[] = [];
  const bea = clientOf(buyer, first, {
    token({ reason }) {
      reasons.push(reason);
      return reason === 'rejected' ? buyer.token : stale;
    },
  });
  await bea.thread(id).load();
  expect(reasons).toEqual(['connect', 'rejected']);
  const lost = clientOf(buyer, first, { token: () => stale });
  await expect(lost.thread(id).load()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a new conversation is in both lists', async () => {
  const [buyer, seller, other] = [await newUser(), await newUser(), await newUser()];
  const [bea, sam] = [clientOf(buyer, first), clientOf(seller, second)];
  bea.connect();
  sam.connect();
  await expect.poll(() => sam.connection.get().status).toBe('live');
  const started = await bea.startConversation({ listingId: 77, sellerId: seller.id });
  expect(bea.conversations.get().items).toMatchObject([{ id: started.id, listingId: 77 }]);
  await expect.poll(() => sam.conversations.get().items).toMatchObject([{ id: started.id }]);
  await expect(bea.startConversation({ listingId: 77, sellerId: other.id })).rejects.toMatchObject({
    name: 'ParleyError',
    code: 'conflict',
  });
  const strange = clientOf(other, first);
  await expect(strange.thread(started.id).load()).rejects.toMatchObject({
    code: 'not_authorized',
  });
});
