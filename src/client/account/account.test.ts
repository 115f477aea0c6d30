import { beforeEach, expect, test } from 'vitest';
import { pass, startServer } from '../state/testing/start-server.ts';
import { type FakeServer, OTHER } from '../state/testing/fake-server.ts';
import { openChat } from '../state/testing/open-chat.ts';

const HOUR = 3_600_000;

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

test('a muted conversation counts no more in the total, until it is over', async () => {
  server.send(id, OTHER, 'one');
  const { client } = await openChat(server);
  const list = () => client.conversations.get();
  expect(list()).toMatchObject({ unreadCount: 1, items: [{ muted: undefined }] });
  const until = new Date(Date.now() + HOUR);
  await client.mute(id.toUpperCase(), until);
  expect(list()).toMatchObject({
    unreadCount: 0,
    items: [{ unreadCount: 1, muted: { until: until.toISOString() } }],
  });
  await pass(HOUR - 1);
  expect(list().items[0]?.muted).toBeDefined();
  await pass(1);
  expect(list()).toMatchObject({ unreadCount: 1, items: [{ muted: undefined }] });
});

test('for good, and not any more', async () => {
  const { client } = await openChat(server);
  await client.mute(id);
  await pass(100 * 24 * HOUR);
  expect(client.conversations.get().items[0]?.muted).toEqual({ until: null });
  await client.unmute(id);
  expect(client.conversations.get().items[0]?.muted).toBeUndefined();
});

test('longer than a timer goes', async () => {
  const { client } = await openChat(server);
  await client.mute(id, new Date(Date.now() + 40 * 24 * HOUR));
  await pass(39 * 24 * HOUR);
  expect(client.conversations.get().items[0]?.muted).toBeDefined();
  await pass(24 * HOUR);
  expect(client.conversations.get().items[0]?.muted).toBeUndefined();
});

test('muted elsewhere: as the list says; but what was asked for before counts no more', async () => {
  server.muted.set(id, { until: null });
  const { client, link } = await openChat(server);
  expect(client.conversations.get().items[0]?.muted).toEqual({ until: null });
  server.delayMs = () => 50;
  link.down();
  link.up(false);
  server.delayMs = () => 0;
  await client.unmute(id);
  expect(client.conversations.get().items[0]?.muted).toBeUndefined();
  await pass(100);
  expect(client.conversations.get().items[0]?.muted).toBeUndefined();
});

test('nothing is left running when the client is closed', async () => {
  const { client } = await openChat(server);
  await client.mute(id, new Date(Date.now() + HOUR));
  const before = client.conversations.get();
  await client.close();
  await pass(2 * HOUR);
  expect(client.conversations.get().items[0]?.muted).toEqual(before.items[0]?.muted);
});

test('settings', async () => {
  const { client } = await openChat(server);
  expect(await client.settings()).toMatchObject({ hidePresence: false, email: true });
  const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  expect(await client.changeSettings({ email: false, quietHours })).toMatchObject({
    hidePresence: false,
    email: false,
    quietHours,
  });
});

test('devices of an app', async () => {
  const { client } = await openChat(server);
  await client.registerDevice({ platform: 'fcm', token: 'abc' });
  await client.removeDevice({ platform: 'fcm', token: 'abc' });
  expect(server.account.devices).toEqual([
    ['POST', { platform: 'fcm', token: 'abc' }],
    ['DELETE', { platform: 'fcm', token: 'abc' }],
  ]);
});

test('without a browser push is unsupported, and nobody is asked', async () => {
  const { client } = await openChat(server);
  expect(await client.push.status()).toBe('unsupported');
  expect(await client.push.enable()).toBe('unsupported');
  expect(await client.push.disable()).toBe('unsupported');
  expect(server.account.devices).toEqual([]);
});
