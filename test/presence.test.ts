import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';
import { Chat, resume, twoNodes } from './support/chat.ts';
import { type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { GRACE_MS, SOON_MS, close, offline, online, told } from './support/presence.ts';
import { query } from './support/query.ts';

const nodes = twoNodes();

/** As the settings' route does it: the row first, then word on the bus. */
async function hide(user: User, isHidden: boolean): Promise<void> {
  await query(
    nodes.databaseUrl,
    `INSERT INTO users (id, hides_presence) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET hides_presence = excluded.hides_presence`,
    [user.id, isHidden],
  );
  const redis = new Redis(inject('redisUrl'));
  await redis.publish('presence', `${randomUUID()} ${isHidden ? 'hide' : 'show'} ${user.id}`);
  redis.disconnect();
}

test('the other party is told who comes and goes, on whichever node', async () => {
  const chat = await Chat.create(nodes);
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  const seller = await connect(nodes.second.wsUrl, chat.seller);
  const frame = await online(buyer, chat.seller);
  expect(frame).toEqual({
    type: 'presence',
    userId: chat.seller.id,
    online: true,
    lastSeenAt: frame['timestamp'],
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  await online(seller, chat.buyer);

  const before = Date.now();
  await close(seller);
  const gone = await offline(buyer, chat.seller);
  expect(Date.now() - before).toBeGreaterThan(GRACE_MS - 1_000);
  expect(Date.now() - before).toBeLessThan(GRACE_MS + SOON_MS);
  // When the socket was closed, and not when it was told.
  const lastSeen = Date.parse(gone['lastSeenAt'] as string);
  expect(Math.abs(lastSeen - before)).toBeLessThan(1_000);
  const shown = await chat.state(chat.buyer);
  expect(shown.presence.online).toBe(false);
  expect(Math.abs(Date.parse(shown.presence.lastSeenAt) - before)).toBeLessThan(1_000);
});

test('several devices on several nodes are one user, who is online until the last has gone', async () => {
  const chat = await Chat.create(nodes);
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  const devices = await Promise.all([
    connect(nodes.first.wsUrl, chat.seller),
    connect(nodes.second.wsUrl, chat.seller),
    connect(nodes.second.wsUrl, chat.seller),
  ]);
  await online(buyer, chat.seller);
  for (const device of devices.slice(0, 2)) await close(device);
  await sleep(GRACE_MS + SOON_MS);
  expect(told(buyer, chat.seller)).toEqual([true]);
  expect((await chat.state(chat.buyer, nodes.second)).presence.online).toBe(true);
  await close(devices[2]);
  await offline(buyer, chat.seller);
  expect(told(buyer, chat.seller)).toEqual([true, false]);
});

test('a page that loads anew does not flap', async () => {
  const chat = await Chat.create(nodes);
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  const seller = await connect(nodes.second.wsUrl, chat.seller);
  await online(buyer, chat.seller);
  await close(seller);
  await sleep(1_000);
  await connect(nodes.first.wsUrl, chat.seller);
  await sleep(GRACE_MS + SOON_MS);
  expect(told(buyer, chat.seller)).toEqual([true]);
});

test('who connects is told of those who are online, also with a second socket, and after a replay', async () => {
  const chat = await Chat.create(nodes);
  const absent = await newUser();
  await newConversation(nodes.first.url, chat.buyer, absent);
  await connect(nodes.second.wsUrl, chat.seller);
  const sockets = [
    await connect(nodes.first.wsUrl, chat.buyer),
    await connect(nodes.first.wsUrl, chat.buyer),
    await connect(nodes.second.wsUrl, chat.buyer),
  ];
  const { cursor } = await sockets[0]!.next('connected');
  sockets.push(await resume(nodes.second.wsUrl, chat.buyer, cursor));
  for (const socket of sockets) {
    await online(socket, chat.seller);
    expect(told(socket, absent)).toEqual([]);
    expect(socket.frames[0]?.type).toBe('connected');
    expect(socket.frames.filter((frame) => frame.type === 'error')).toEqual([]);
  }
});

test('strangers are told nothing, and nobody of themselves', async () => {
  const chat = await Chat.create(nodes);
  const stranger = await newUser();
  const other = await Chat.create(nodes);
  await newConversation(nodes.first.url, stranger, other.seller);
  const watching = await connect(nodes.first.wsUrl, stranger);
  const seller = await connect(nodes.second.wsUrl, chat.seller);
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  await online(seller, chat.buyer);
  await close(buyer);
  await offline(seller, chat.buyer);
  await watching.settle();
  expect(watching.frames.filter((frame) => frame.type === 'presence')).toEqual([]);
  expect(told(seller, chat.seller)).toEqual([]);
});

test('the parties of a new conversation learn of each other', async () => {
  const [buyer, seller] = [await newUser(), await newUser()];
  const here = await connect(nodes.first.wsUrl, buyer);
  const there = await connect(nodes.second.wsUrl, seller);
  const id = await newConversation(nodes.first.url, buyer, seller);
  await online(here, seller);
  await online(there, buyer);
  const { body } = await rest(nodes.second.url, buyer, 'GET', `/api/conversations/${id}`);
  expect(body.presence.online).toBe(true);
});

test('lists say of each other party whether it is online, or when it was', async () => {
  const chat = await Chat.create(nodes);
  const [never, hidden] = [await newUser(), await newUser()];
  for (const other of [never, hidden]) await newConversation(nodes.first.url, chat.buyer, other);
  await hide(hidden, true);
  const there = await connect(nodes.second.wsUrl, hidden);
  await connect(nodes.second.wsUrl, chat.seller);
  const here = await connect(nodes.first.wsUrl, chat.buyer);
  await online(here, chat.seller);
  for (const { url } of [nodes.first, nodes.second]) {
    const { body } = await rest(url, chat.buyer, 'GET', '/api/conversations');
    const presenceOf = (user: User) =>
      body.conversations.find((one: { sellerId: string }) => one.sellerId === user.id).presence;
    expect(presenceOf(chat.seller)).toEqual({ online: true, lastSeenAt: expect.any(String) });
    for (const other of [never, hidden])
      expect(presenceOf(other)).toEqual({ online: false, lastSeenAt: null });
  }
  await there.settle();
  // It is known, and not shown.
  await expect
    .poll(() =>
      query(nodes.databaseUrl, 'SELECT last_seen_at IS NOT NULL AS seen FROM users WHERE id = $1', [
        hidden.id,
      ]),
    )
    .toEqual([{ seen: true }]);
});

test('a user can hide, and be seen again, on all nodes at once', async () => {
  const chat = await Chat.create(nodes);
  const watching = [
    await connect(nodes.first.wsUrl, chat.buyer),
    await connect(nodes.second.wsUrl, chat.buyer),
  ];
  const devices = [
    await connect(nodes.first.wsUrl, chat.seller),
    await connect(nodes.second.wsUrl, chat.seller),
  ];
  for (const socket of watching) await online(socket, chat.seller);
  const before = performance.now();
  await hide(chat.seller, true);
  for (const socket of watching)
    expect((await offline(socket, chat.seller))['lastSeenAt']).toBeNull();
  expect(performance.now() - before).toBeLessThan(SOON_MS);
  // A new device changes nothing, nor does one that goes.
  devices.push(await connect(nodes.first.wsUrl, chat.seller));
  await close(devices[0]!);
  await sleep(GRACE_MS + SOON_MS);
  for (const socket of watching) expect(told(socket, chat.seller)).toEqual([true, false]);
  for (const node of [nodes.first, nodes.second])
    expect((await chat.state(chat.buyer, node)).presence).toEqual({
      online: false,
      lastSeenAt: null,
    });

  await hide(chat.seller, false);
  for (const socket of watching)
    await expect.poll(() => told(socket, chat.seller)).toEqual([true, false, true]);
  // Whoever hides after having gone is not remembered either.
  for (const device of devices) await close(device);
  for (const socket of watching) await expect.poll(() => told(socket, chat.seller).length).toBe(4);
  await hide(chat.seller, true);
  for (const socket of watching) {
    const last = await socket.take(
      'presence',
      2,
      (frame) => frame['online'] === false && frame['lastSeenAt'] === null,
    );
    expect(last.at(-1)?.['userId']).toBe(chat.seller.id);
  }
});
