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
import { createDatabase, query } from './support/database.ts';
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

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

const BIG = 'x'.repeat(4_096);

/** A reader that has stopped reading, and somebody to send to it. */
async function stalledReader(): Promise<{
  reader: Client;
  send: (count: number) => Promise<void>;
}> {
  const [buyer, seller] = await Promise.all([newUser(), newUser()]);
  const conversationId = await newConversation(node.url, buyer, seller);
  const reader = await connect(node.wsUrl, seller);
  const sender = await connect(node.wsUrl, buyer);
  reader.socket.pause();
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1)
      sender.send({ type: 'send_message', conversationId, content: BIG });
    sent += count;
    await sender.take('new_message', sent);
  };
  return { reader, send };
}

test('a socket with more than 256 undelivered messages is closed', async () => {
  const before = await metric('parley_connections');
  const { reader, send } = await stalledReader();
  // The kernel's buffers take the first few megabytes.
  let sent = 0;
  while ((await metric('parley_undelivered_bytes')) === 0 && sent < 20_000) {
    await send(10);
    sent += 10;
  }
  await send(200);
  expect(await metric('parley_connections')).toBe(before + 2);
  await send(80);
  await expect.poll(() => metric('parley_connections')).toBe(before + 1);
  reader.socket.resume();
  const [code] = await reader.closed;
  expect([1006, 4408]).toContain(code);
}, 60_000);

test('a socket that takes nothing for 10 s is closed', async () => {
  const before = await metric('parley_connections');
  const { reader, send } = await stalledReader();
  while ((await metric('parley_undelivered_bytes')) === 0) await send(10);
  const started = performance.now();
  await expect.poll(() => metric('parley_connections'), { timeout: 20_000 }).toBe(before + 1);
  const seconds = (performance.now() - started) / 1_000;
  expect(seconds).toBeGreaterThan(8);
  expect(seconds).toBeLessThan(14);
  reader.socket.resume();
  expect([1006, 4408]).toContain((await reader.closed)[0]);
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
  const draining = await nodeForTest({ ...clusterEnv(databaseUrl), DRAIN_SECONDS: '3' });
  const users: User[] = await Promise.all(Array.from({ length: 10 }, () => newUser()));
  const [buyer, seller] = await Promise.all([newUser(), newUser()]);
  const conversationId = await newConversation(draining.url, buyer, seller);
  const clients = await Promise.all(users.map((user) => connect(draining.wsUrl, user)));
  const sender = await connect(draining.wsUrl, buyer);
  const closedAt: number[] = [];
  const codes = Promise.all(
    [...clients, sender].map(async (client) => {
      const [code] = await client.closed;
      closedAt.push(performance.now());
      return code;
    }),
  );
  for (let i = 0; i < 100; i += 1) {
    sender.send({ type: 'send_message', conversationId, content: `${i}`, clientMessageId: `${i}` });
  }
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
  expect(acked).toHaveLength(100);
  expect(stored.map((row) => row.id).toSorted()).toEqual(acked.toSorted());
}, 60_000);
