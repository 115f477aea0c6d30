import { beforeEach, expect, test } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import { type FakeServer, OTHER } from './testing/fake-server.ts';
import type { FakeLink } from './testing/fake-link.ts';
import { tell } from './testing/frames.ts';
import { openChat } from './testing/open-chat.ts';

const SEEN = '2026-01-01T10:00:00.000Z';
const LATER = '2026-01-01T11:00:00.000Z';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

const frame = (link: FakeLink, online: boolean, lastSeenAt: string | null): void =>
  tell(link, { type: 'presence', userId: OTHER, online, lastSeenAt, timestamp: LATER });

test('whoever is here is so until the server says otherwise', async () => {
  const { client, link } = await openChat(server);
  const presence = () => client.conversations.get().items[0]?.presence;
  expect(presence()).toEqual({ online: false, lastSeenAt: null });
  frame(link, true, null);
  expect(presence()).toEqual({ online: true, lastSeenAt: null });
  frame(link, false, SEEN);
  expect(presence()).toEqual({ online: false, lastSeenAt: SEEN });
  const before = client.conversations.get();
  frame(link, false, SEEN);
  expect(client.conversations.get()).toBe(before);
});

test('the same of all conversations with somebody', async () => {
  server.create(2);
  const { client, link } = await openChat(server);
  frame(link, true, SEEN);
  const { items } = client.conversations.get();
  expect(items.map(({ presence }) => presence.online)).toEqual([true, true]);
  expect(items[0]?.presence).toBe(items[1]?.presence);
});

test('nobody is here while there is no connection, nor after it until told again', async () => {
  const { client, link } = await openChat(server);
  const presence = () => client.conversations.get().items[0]?.presence;
  frame(link, true, SEEN);
  await pass(3_600_000);
  const lastSeenAt = new Date().toISOString();
  link.down();
  // As far as one can tell.
  expect(presence()).toEqual({ online: false, lastSeenAt });
  link.up(true);
  await pass(30_000);
  expect(presence()).toEqual({ online: false, lastSeenAt });
  frame(link, true, SEEN);
  expect(presence()).toEqual({ online: true, lastSeenAt: SEEN });
  await client.close();
  expect(presence()?.online).toBe(false);
});

test('what the list says counts, unless something newer was told meanwhile', async () => {
  server.presence = { online: true, lastSeenAt: SEEN };
  const { client, link } = await openChat(server);
  const presence = () => client.conversations.get().items[0]?.presence;
  expect(presence()).toEqual({ online: true, lastSeenAt: SEEN });
  frame(link, false, LATER);
  expect(presence()).toEqual({ online: false, lastSeenAt: LATER });

  server.delayMs = () => 50;
  link.down();
  link.up(false);
  frame(link, false, LATER);
  await pass(100);
  expect(presence()).toEqual({ online: false, lastSeenAt: LATER });
});

test('what was asked for before the connection says only when somebody was last here', async () => {
  server.presence = { online: true, lastSeenAt: SEEN };
  server.delayMs = () => 50;
  const { client, link } = await openChat(server);
  link.down();
  link.up(true);
  await pass(100);
  expect(client.conversations.get().items[0]?.presence).toEqual({
    online: false,
    lastSeenAt: SEEN,
  });
});

test('after some time without a connection the list is read again: nothing told of it meanwhile', async () => {
  const { client, link } = await openChat(server);
  const first = () => client.conversations.get().items[0];
  server.presence = { online: false, lastSeenAt: LATER };
  server.muted.set(id, { until: null });
  link.down();
  await pass(5_000);
  link.up(true);
  await pass(100);
  expect(first()).toMatchObject({ presence: { lastSeenAt: null }, muted: undefined });
  link.down();
  await pass(61_000);
  link.up(true);
  await pass(100);
  expect(first()).toMatchObject({ presence: { lastSeenAt: LATER }, muted: { until: null } });
});

test('so it is when the device has slept, and notices only now that the connection is lost', async () => {
  const { client, link } = await openChat(server);
  frame(link, true, SEEN);
  const presence = () => client.conversations.get().items[0]?.presence;
  const heardAt = Date.now();
  await pass(8 * 3_600_000);
  link.down(heardAt);
  expect(presence()).toEqual({ online: false, lastSeenAt: new Date(heardAt).toISOString() });
  server.presence = { online: false, lastSeenAt: LATER };
  link.up(true);
  await pass(100);
  expect(presence()).toEqual({ online: false, lastSeenAt: LATER });
});

test('of a conversation that has just been created', async () => {
  const { client, link } = await openChat(server);
  const other = server.create(2);
  const conversation = {
    ...server.conversation(other),
    presence: { online: true, lastSeenAt: null },
  };
  tell(link, { type: 'conversation_created', conversation, timestamp: LATER });
  const { items } = client.conversations.get();
  expect(items.map(({ presence }) => presence.online)).toEqual([true, true]);
  expect(items.some((each) => each.id === id)).toBe(true);
});
