import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../create-client.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { ClientStorage } from '../types.ts';
import { FakeLocks } from '../testing/fake-locks.ts';
import { FakeServer, ME } from './testing/fake-server.ts';
import { contents, openChat } from './testing/open-chat.ts';
import type { FakeLink } from './testing/fake-link.ts';

vi.mock('../link/open-link.ts', async () => ({
  openLink: (await import('./testing/fake-link.ts')).openFakeLink,
}));

let locks: LockManager;
let server: FakeServer;
let id: string;
let storage: ClientStorage;
beforeEach(() => {
  vi.useFakeTimers();
  locks = new FakeLocks().tab().locks;
  vi.stubGlobal('navigator', { locks });
  server = new FakeServer();
  id = server.create(1);
  storage = memoryStorage();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const sent = (link: FakeLink) =>
  link.take().flatMap((frame) => (frame.type === 'send_message' ? [frame.content] : []));

test('a tab’s unsent messages are its own while it lives, and another’s when it is gone', async () => {
  const first = await openChat(server, { storage });
  first.link.down();
  void first.client.thread(id).send('one');
  void first.client.thread(id).send('two');
  const second = await openChat(server, { storage });
  const other = server.create(2);
  void second.client.thread(other).send('mine');
  expect(second.client.thread(id).state.get().messages).toEqual([]);
  expect(sent(second.link)).toEqual(['mine']);
  await first.client.close();
  await vi.advanceTimersByTimeAsync(10);
  expect(contents(second.client.thread(id).state.get().messages)).toEqual([
    'sending one',
    'sending two',
  ]);
  expect(sent(second.link)).toEqual(['one']);
});

test('what another version has stored is passed over', async () => {
  const prefix = 'http://parley|00000000-0000-4000-8000-00000000000a/gone/outbox/c/';
  await storage.set(`${prefix}1`, null);
  await storage.set(`${prefix}2`, { text: 'x' });
  await storage.set(`${prefix}3`, {
    conversationId: id,
    clientMessageId: 'k',
    content: 'good',
    at: 3,
  });
  const { link } = await openChat(server, { storage });
  expect(sent(link)).toEqual(['good']);
});

test('a draft is of the tab that wrote it, and another’s when that is gone and it has none itself', async () => {
  const other = server.create(2);
  const first = await openChat(server, { storage });
  first.client.thread(id).setDraft('long and thoughtful');
  first.client.thread(other).setDraft('also');
  const second = await openChat(server, { storage });
  const draft = (conversationId: string) => second.client.thread(conversationId).state.get().draft;
  expect(draft(id)).toBe('');
  second.client.thread(id).setDraft('short');
  await first.client.close();
  await vi.advanceTimersByTimeAsync(10);
  expect([draft(id), draft(other)]).toEqual(['short', 'also']);
  second.client.thread(id).setDraft('');
  second.client.thread(other).setDraft('');
  await second.client.close();
  const third = await openChat(server, { storage });
  expect(third.client.thread(id).state.get().draft).toBe('long and thoughtful');
  expect(third.client.thread(other).state.get().draft).toBe('');
});

test('a tab that came later is heard of', async () => {
  const first = await openChat(server, { storage });
  const second = await openChat(server, { storage });
  void second.client.thread(id).send('one');
  const [[key] = ['']] = await storage.entries('');
  first.link.events.onTab(key.split('/').at(-4) ?? '');
  await second.client.close();
  await vi.advanceTimersByTimeAsync(10);
  expect(sent(first.link)).toEqual(['one']);
});

test('what was sent while the lock was waited for is not adopted', async () => {
  const first = await openChat(server, { storage });
  void first.client.thread(id).send('one');
  const second = await openChat(server, { storage });
  for (const frame of first.link.take())
    if (frame.type === 'send_message')
      first.link.events.onFrame(server.send(id, ME, frame.content, frame.clientMessageId));
  await first.client.close();
  await vi.advanceTimersByTimeAsync(10);
  expect(second.client.thread(id).state.get().messages).toEqual([]);
  expect(sent(second.link)).toEqual([]);
});

test('after a reload what was unsent goes before what is new', async () => {
  const first = await openChat(server, { storage });
  first.link.down();
  void first.client.thread(id).send('old');
  await first.client.close();
  const slow: ClientStorage = {
    ...storage,
    entries: async (prefix) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return storage.entries(prefix);
    },
  };
  const { client, link } = await openChat(server, { storage: slow });
  void client.thread(id).send('new');
  expect(sent(link)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent(link)).toEqual(['old']);
  expect(contents(client.thread(id).state.get().messages)).toEqual(['sending old', 'sending new']);
});

test('closed with messages that are not written yet: another tab takes all of them', async () => {
  const slow: ClientStorage = {
    ...storage,
    async set(key, value) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await storage.set(key, value);
    },
  };
  const first = await openChat(server, { storage: slow });
  first.link.down();
  const second = await openChat(server, { storage: slow });
  void first.client.thread(id).send('zero');
  await vi.advanceTimersByTimeAsync(100);
  const [[key] = ['']] = await storage.entries('');
  second.link.events.onTab(key.split('/').at(-4) ?? '');
  void first.client.thread(id).send('one');
  void first.client.thread(id).send('two');
  void first.client.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(contents(second.client.thread(id).state.get().messages)).toEqual([
    'sending zero',
    'sending one',
    'sending two',
  ]);
});

test('what is forgotten is not sent by another tab', async () => {
  const slow: ClientStorage = {
    ...storage,
    async entries(prefix) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return storage.entries(prefix);
    },
  };
  const first = await openChat(server, { storage: slow });
  first.link.down();
  const second = await openChat(server, { storage: slow });
  void first.client.thread(id).send('secret');
  await vi.advanceTimersByTimeAsync(100);
  const [[key] = ['']] = await storage.entries('');
  second.link.events.onTab(key.split('/').at(-4) ?? '');
  void first.client.forget();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent(second.link)).toEqual([]);
  expect(await storage.entries('')).toEqual([]);
});

test('a tab has its lock before it is known whose it is, and not after it was closed', async () => {
  const request = vi.spyOn(locks, 'request');
  const options = { url: 'http://parley', token: () => '', storage, fetch: server.fetch };
  const client = createClient(options);
  expect(request).toHaveBeenCalledTimes(1);
  const [name] = request.mock.calls[0] ?? [];
  void client.close();
  await vi.advanceTimersByTimeAsync(10);
  const isFree = vi.fn<(lock: Lock | null) => void>();
  void locks.request(name ?? '', { ifAvailable: true }, isFree);
  await vi.advanceTimersByTimeAsync(10);
  expect(isFree).toHaveBeenCalledWith({ name });
});
