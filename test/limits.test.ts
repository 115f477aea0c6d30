import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  Client,
  type User,
  connect,
  newConversation,
  newUser,
  rest,
  upgradeStatus,
} from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { scrape } from './support/metrics.ts';
import { query } from './support/query.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let databaseUrl: string;
let node: NodeProcess;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  node = await startNode(clusterEnv(databaseUrl));
});
afterAll(async () => {
  node.kill('SIGKILL');
  await node.exited;
});

const BIG = 'x'.repeat(4_096);

/** Somebody who has stopped reading, on a node where nobody else does, and somebody to write to them. */
async function stalledReader() {
  const { url, wsUrl } = await nodeForTest({
    ...clusterEnv(databaseUrl),
    RATE_LIMITS: 'off',
  });
  const metric = async (name: string): Promise<number> => (await scrape(url)).value(name);
  const [buyer, seller] = await Promise.all([newUser(), newUser()]);
  const conversationId = await newConversation(url, buyer, seller);
  const reader = await connect(wsUrl, seller);
  const sender = await connect(wsUrl, buyer);
  reader.socket.pause();
  let sent = 0;
  /** Resolves when these, and so all that wait, wait for the reader alone. */
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1)
      sender.send({ type: 'send_message', conversationId, content: BIG });
    sent += count;
    await sender.take('new_message', sent);
  };
  /** How many messages wait. The kernel takes the first few megabytes, and takes them when it likes. */
  const undelivered = async (): Promise<number> => {
    const frame = sender.frames.find(({ type }) => type === 'new_message');
    const bytes = frame === undefined ? BIG.length : JSON.stringify(frame).length;
    return (await metric('parley_undelivered_bytes')) / bytes;
  };
  const connections = (): Promise<number> => metric('parley_connections');
  const closedAsTooSlow = (): Promise<number> =>
    metric('parley_connections_closed_total{reason="too_slow"}');
  return { reader, send, undelivered, connections, closedAsTooSlow };
}

test('a socket with more than 256 undelivered messages is closed', async () => {
  const { reader, send, undelivered, connections, closedAsTooSlow } = await stalledReader();
  let most = 0;
  while ((await connections()) === 2) {
    most = Math.max(most, await undelivered());
    await send(5);
  }
  expect(most).toBeGreaterThan(245);
  // What was published in the same turn of the event loop is not in uWebSockets.js's buffer yet: five more at most.
  expect(most).toBeLessThan(262);
  reader.socket.resume();
  const [code] = await reader.closed;
  expect([1006, 4408]).toContain(code);
  expect(await closedAsTooSlow()).toBe(1);
}, 60_000);

test('a socket that takes nothing for 10 s is closed', async () => {
  const { reader, send, undelivered, connections, closedAsTooSlow } = await stalledReader();
  while ((await undelivered()) < 100) await send(10);
  const started = performance.now();
  await expect.poll(connections, { timeout: 20_000 }).toBe(1);
  const seconds = (performance.now() - started) / 1_000;
  expect(seconds).toBeGreaterThan(8);
  expect(seconds).toBeLessThan(14);
  reader.socket.resume();
  expect([1006, 4408]).toContain((await reader.closed)[0]);
  expect(await closedAsTooSlow()).toBe(1);
}, 60_000);

test('a silent peer is pinged after 54 s and closed 16 s later; one that answers stays', async () => {
  const user = await newUser();
  const headers = { authorization: `Bearer ${user.token}` };
  const silent = new Client(new WebSocket(node.wsUrl, { headers, autoPong: false }));
  const alive = await connect(node.wsUrl, user);
  await silent.next('connected');
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const pinged = new Promise<number>((resolve) => {
    silent.socket.on('ping', () => resolve(seconds()));
  });
  const pingedAt = await pinged;
  expect(pingedAt).toBeGreaterThan(48);
  expect(pingedAt).toBeLessThan(60);
  await silent.closed;
  expect(seconds()).toBeGreaterThan(pingedAt + 10);
  expect(seconds()).toBeLessThan(pingedAt + 22);
  await alive.settle();
}, 120_000);

test('SIGTERM: not ready, no new sockets, 1012 spread over the drain, nothing lost, exit 0', async () => {
  const draining = await nodeForTest({
    ...clusterEnv(databaseUrl),
    DRAIN_SECONDS: '3',
    RATE_LIMITS: 'off',
  });
  const users: User[] = await Promise.all(Array.from({ length: 10 }, () => newUser()));
  const [buyer, seller] = await Promise.all([newUser(), newUser()]);
  const conversationId = await newConversation(draining.url, buyer, seller);
  // First, so that it is closed first.
  const sender = await connect(draining.wsUrl, buyer);
  const clients = await Promise.all(users.map((user) => connect(draining.wsUrl, user)));
  const closedAt: number[] = [];
  const codes = Promise.all(
    [...clients, sender].map(async (client) => {
      const [code] = await client.closed;
      closedAt.push(performance.now());
      return code;
    }),
  );
  const send = (from: number, to: number) => {
    for (let i = from; i < to; i += 1) {
      const clientMessageId = String(i);
      sender.send({ type: 'send_message', conversationId, content: 'x', clientMessageId });
    }
  };
  send(0, 100);
  await sender.next('message_ack');
  send(100, 1_000);
  // Over REST too, until nobody answers any more.
  const answered: string[] = [];
  const posting = Array.from({ length: 4 }, async () => {
    const path = `/api/conversations/${conversationId}/messages`;
    for (;;) {
      const answer = await rest(draining.url, seller, 'POST', path, { content: 'x' }).catch(
        () => undefined,
      );
      if (answer === undefined) return;
      expect(answer.status).toBe(201);
      answered.push(answer.body.message.id as string);
    }
  });
  draining.kill('SIGTERM');
  await expect
    .poll(async () => (await rest(draining.url, undefined, 'GET', '/readyz')).status)
    .toBe(503);
  expect(await upgradeStatus(draining.wsUrl, { authorization: `Bearer ${seller.token}` })).toBe(
    503,
  );
  const list = await rest(draining.url, buyer, 'GET', '/api/conversations');
  expect(list.status).toBe(200);
  expect(new Set(await codes)).toEqual(new Set([1012]));
  expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(2_000);
  expect(await draining.exited).toBe(0);
  const acked = sender.frames
    .filter((frame) => frame.type === 'message_ack')
    .map((frame) => frame['message'].id as string);
  const stored = await query<{ id: string }>(
    databaseUrl,
    'SELECT id FROM messages WHERE conversation_id = $1',
    [conversationId],
  );
  await Promise.all(posting);
  // Whatever was taken was answered before the end, and nothing else was stored.
  expect(acked.length).toBeGreaterThanOrEqual(100);
  expect(answered.length).toBeGreaterThan(10);
  expect(stored.map((row) => row.id).toSorted()).toEqual([...acked, ...answered].toSorted());
}, 60_000);
