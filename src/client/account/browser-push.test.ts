import { beforeEach, expect, test, vi } from 'vitest';
import { pass, startServer } from '../state/testing/start-server.ts';
import { type FakeServer, OTHER } from '../state/testing/fake-server.ts';
import { openChat } from '../state/testing/open-chat.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { ClientStorage } from '../client-options.ts';
import { FakeBrowser } from './testing/fake-browser.ts';

let server: FakeServer;
let id: string;
let browser: FakeBrowser;
let storage: ClientStorage;
beforeEach(() => {
  ({ server, id } = startServer());
  browser = new FakeBrowser();
  browser.install();
  storage = memoryStorage();
});

const open = async () => (await openChat(server, { storage, shareSocket: false })).client;
const posted = (number: number) => [
  'POST',
  {
    platform: 'web',
    token: `https://push.example/${number}`,
    keys: { p256dh: 'P', auth: 'A' },
  },
];
const removed = (number: number) => [
  'DELETE',
  { platform: 'web', token: `https://push.example/${number}` },
];

test('asks only when that is wanted, and registers what the browser subscribed', async () => {
  const client = await open();
  expect(await client.push.status()).toBe('off');
  expect(browser.asked).toBe(0);
  expect(await client.push.enable()).toBe('on');
  expect(browser.asked).toBe(1);
  expect(browser.registered).toEqual(['https://shop.example/parley-sw.js']);
  expect([...new Uint8Array(browser.subscription?.options.applicationServerKey ?? [])]).toEqual([
    1, 2, 3,
  ]);
  expect(await client.push.status()).toBe('on');
  expect(server.account.devices).toEqual([posted(1)]);
});

test.each(['denied', 'default'] as const)('the reader says %s', async (answer) => {
  browser.answer = answer;
  const client = await open();
  const status = answer === 'denied' ? 'denied' : 'off';
  expect(await client.push.enable()).toBe(status);
  expect(await client.push.status()).toBe(status);
  expect(server.account.devices).toEqual([]);
});

test('a server that pushes to no browsers', async () => {
  server.account.settings.push.webPushKey = null;
  const client = await open();
  expect(await client.push.status()).toBe('unsupported');
  expect(await client.push.enable()).toBe('unsupported');
});

test('no push service', async () => {
  browser.failure = new DOMException('Registration failed', 'AbortError');
  const client = await open();
  await expect(client.push.enable()).rejects.toMatchObject({ code: 'network' });
  browser.failure = new DOMException('no', 'NotAllowedError');
  expect(await client.push.enable()).toBe('denied');
});

test('is switched off, for whoever comes', async () => {
  const client = await open();
  await client.push.enable();
  expect(await client.push.disable()).toBe('off');
  expect(await client.push.status()).toBe('off');
  expect(browser.subscription).toBeUndefined();
  expect(server.account.devices).toEqual([posted(1), removed(1)]);
  server.fail = (path) => (path === '/api/devices' ? { status: 400, body: {} } : undefined);
  server.account.devices.length = 0;
  browser.permission = 'granted';
  expect(await client.push.disable()).toBe('off');
});

test('a page that is loaded again registers nothing, but once a day', async () => {
  await (await open()).push.enable();
  await open();
  await pass(10);
  expect(server.account.devices).toHaveLength(1);
  await pass(25 * 3_600_000);
  await open();
  await pass(10);
  expect(server.account.devices).toEqual([posted(1), posted(1)]);
});

test("another user's subscription becomes this one's", async () => {
  await storage.set('http://parley|push', {
    endpoint: 'https://push.example/1',
    userId: OTHER,
    at: Date.now(),
  });
  browser.permission = 'granted';
  browser.registered.push('');
  await browser.worker.pushManager.subscribe({ applicationServerKey: Uint8Array.of(1, 2, 3) });
  const closed: string[] = [];
  browser.shown.push(
    { data: { conversationId: id, seq: 1 }, close: () => void closed.push('theirs') },
    { data: { sale: true }, close: () => void closed.push("the site's") },
  );
  await open();
  await pass(10);
  expect(server.account.devices).toEqual([posted(1)]);
  expect(closed).toEqual(['theirs']);
});

test("a site's own subscription is left alone", async () => {
  browser.permission = 'granted';
  browser.registered.push('');
  await browser.worker.pushManager.subscribe({ applicationServerKey: Uint8Array.of(9) });
  const { subscription } = browser;
  const client = await open();
  await pass(10);
  expect(await client.push.status()).toBe('off');
  await expect(client.push.enable()).rejects.toMatchObject({ code: 'conflict' });
  expect(await client.push.disable()).toBe('off');
  expect(browser.subscription).toBe(subscription);
  expect(server.account.devices).toEqual([]);
});

test('a page that does not know it any more switches its subscription off, too', async () => {
  await (await open()).push.enable();
  storage = memoryStorage();
  browser.permission = 'default';
  const client = await open();
  expect(await client.push.disable()).toBe('off');
  expect(browser.subscription).toBeUndefined();
});

test('the number on the icon waits for the list', async () => {
  browser.permission = 'granted';
  browser.badge = 3;
  server.send(id, OTHER, 'one');
  server.fail = (path) => (path.startsWith('/api/conversations') ? 'network' : undefined);
  await open();
  expect(browser.badge).toBe(3);
  server.fail = () => undefined;
  await pass(60_000);
  expect(browser.badge).toBe(1);
});

test('a browser that has no notifications at hand is no error', async () => {
  browser.permission = 'granted';
  const rejected = vi.fn<(error: unknown) => void>();
  process.on('unhandledRejection', rejected);
  vi.spyOn(navigator.serviceWorker, 'getRegistrations').mockRejectedValue(new Error('no'));
  await open();
  await pass(100);
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', rejected);
  expect(rejected).not.toHaveBeenCalled();
});

test('a subscription that has changed is registered in place of the old one', async () => {
  await (await open()).push.enable();
  await browser.worker.pushManager.subscribe({ applicationServerKey: Uint8Array.of(1, 2, 3) });
  await open();
  await pass(10);
  expect(server.account.devices).toEqual([posted(1), posted(2), removed(1)]);
});

test('so is one that changes while the page is there', async () => {
  await (await open()).push.enable();
  await open();
  await pass(10);
  await browser.worker.pushManager.subscribe({ applicationServerKey: Uint8Array.of(1, 2, 3) });
  for (const listener of browser.listeners) listener({ data: { type: 'parley-subscription' } });
  await pass(10);
  expect(server.account.devices).toEqual([posted(1), posted(2), removed(1)]);
});

test('another key of the server: another subscription', async () => {
  await (await open()).push.enable();
  server.account.settings.push.webPushKey = 'BAUG';
  const client = await open();
  expect(await client.push.status()).toBe('on');
  expect(server.account.devices).toEqual([posted(1), removed(1), posted(2)]);
  expect([...new Uint8Array(browser.subscription?.options.applicationServerKey ?? [])]).toEqual([
    4, 5, 6,
  ]);
});

test('what has been read is not shown any more, what is newer is', async () => {
  server.send(id, OTHER, 'one');
  const closed: string[] = [];
  const show = (name: string, conversationId: string, seq: number): void => {
    browser.shown.push({ data: { conversationId, seq }, close: () => void closed.push(name) });
  };
  show('this', id, 1);
  show('newer', id, 2);
  show('another', OTHER, 1);
  browser.permission = 'granted';
  const client = await open();
  await client.thread(id).load();
  expect(closed).toEqual([]);
  client.thread(id).markRead();
  await pass(10);
  expect(closed).toEqual(['this']);
  expect(browser.badge).toBe(0);
});
