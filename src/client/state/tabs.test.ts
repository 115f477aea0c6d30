import { beforeEach, expect, test, vi } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import { memoryStorage } from '../storage/memory.ts';
import { createClient } from '../create-client.ts';
import { FakeLocks } from '../testing/fake-locks.ts';
import { slowStorage } from '../testing/slow-storage.ts';
import type { ClientStorage } from '../client-options.ts';
import { FakeServer, ME } from './testing/fake-server.ts';
import { contents, openChat } from './testing/open-chat.ts';
import { store, takeContents, tell } from './testing/frames.ts';

let server: FakeServer;
let id: string;
let storage: ClientStorage;
let locks: FakeLocks;
beforeEach(() => {
  ({ server, id } = startServer());
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks: locks.tab().locks });
  storage = memoryStorage();
});

/** The tab of the first entry. */
async function storedBy(): Promise<string> {
  const [[key] = ['']] = await storage.entries('');
  return key.split('/').at(-4) ?? '';
}

test('a tab’s unsent messages are its own while it lives, and another’s when it is gone', async () => {
  const first = await openChat(server, { storage });
  first.link.down();
  void first.client.thread(id).send('one');
  void first.client.thread(id).send('two');
  const second = await openChat(server, { storage });
  const other = server.create(2);
  void second.client.thread(other).send('mine');
  expect(second.client.thread(id).state.get().messages).toEqual([]);
  expect(takeContents(second.link)).toEqual(['mine']);
  await first.client.close();
  await pass(10);
  expect(contents(second.client.thread(id).state.get().messages)).toEqual([
    'sending one',
    'sending two',
  ]);
  expect(takeContents(second.link)).toEqual(['one']);
});

test('what another version has stored is passed over', async () => {
  const prefix = 'http://parley|00000000-0000-4000-8000-00000000000a/gone/outbox/c/';
  await storage.set(`${prefix}1`, null);
  await storage.set(`${prefix}2`, { text: 'x' });
  await storage.set(`${prefix}3`, { conversationId: id, clientMessageId: 'j', content: 'no time' });
  await storage.set(`${prefix}4`, {
    conversationId: id,
    clientMessageId: 'k',
    content: 'good',
    at: 3,
  });
  const { link } = await openChat(server, { storage });
  expect(takeContents(link)).toEqual(['good']);
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
  await pass(10);
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
  first.link.events.onTab(await storedBy());
  await second.client.close();
  await pass(10);
  expect(takeContents(first.link)).toEqual(['one']);
});

test('what was sent while the lock was waited for is not adopted', async () => {
  const first = await openChat(server, { storage });
  void first.client.thread(id).send('one');
  const second = await openChat(server, { storage });
  for (const told of store(server, first.link)) tell(first.link, told);
  await first.client.close();
  await pass(10);
  expect(second.client.thread(id).state.get().messages).toEqual([]);
  expect(takeContents(second.link)).toEqual([]);
});

test('after a reload what was unsent goes before what is new', async () => {
  const first = await openChat(server, { storage });
  first.link.down();
  void first.client.thread(id).send('old');
  await first.client.close();
  const slow = slowStorage(storage, { entries: 300 });
  const { client, link } = await openChat(server, { storage: slow });
  void client.thread(id).send('new');
  expect(takeContents(link)).toEqual([]);
  await pass(1_000);
  expect(takeContents(link)).toEqual(['old']);
  expect(contents(client.thread(id).state.get().messages)).toEqual(['sending old', 'sending new']);
});

test('what is being written while a tab is closed goes to the next one too', async () => {
  const slow = slowStorage(storage, { set: 5 });
  const first = await openChat(server, { storage: slow });
  first.link.down();
  const second = await openChat(server, { storage: slow });
  void first.client.thread(id).send('one');
  await pass(100);
  second.link.events.onTab(await storedBy());
  await pass(100);
  void first.client.thread(id).send('two');
  void first.client.thread(id).send('three');
  void first.client.close();
  await pass(1_000);
  expect(contents(second.client.thread(id).state.get().messages)).toEqual([
    'sending one',
    'sending two',
    'sending three',
  ]);
});

test('what is forgotten is not sent by the next one', async () => {
  const slow = slowStorage(storage, { entries: 5 });
  const first = await openChat(server, { storage: slow });
  first.link.down();
  const second = await openChat(server, { storage: slow });
  void first.client.thread(id).send('secret');
  await pass(100);
  second.link.events.onTab(await storedBy());
  await pass(100);
  void first.client.forget();
  await pass(1_000);
  expect(takeContents(second.link)).toEqual([]);
  expect(await storage.entries('')).toEqual([]);
});

test('nothing is adopted, nor written, by a tab that is closed meanwhile', async () => {
  const first = await openChat(server, { storage });
  first.link.down();
  void first.client.thread(id).send('one');
  const second = await openChat(server, { storage: slowStorage(storage, { entries: 500 }) });
  await first.client.close();
  const before = await storage.entries('');
  await pass(600);
  await second.client.close();
  await pass(1_000);
  expect(before).toHaveLength(1);
  expect(await storage.entries('')).toEqual(before);
});

test.each([
  ['at once', 0, []],
  ['later', 100, [expect.stringContaining('parley-tab:')]],
])('a tab has its lock before others hear of it, and closed %s keeps none', async (_, ms, held) => {
  const client = createClient({
    url: 'http://parley',
    token: () => '',
    storage,
    fetch: server.fetch,
  });
  if (ms > 0) await pass(ms);
  // It has not even connected.
  expect(locks.held).toEqual(held);
  await client.close();
  await pass(100);
  expect(locks.held).toEqual([]);
});

test('a draft that was sent before an old one was read stays empty', async () => {
  await storage.set(`http://parley|${ME}/gone/draft/${id}`, 'old');
  const { client } = await openChat(server, { storage: slowStorage(storage, { entries: 500 }) });
  const thread = client.thread(id);
  thread.setDraft('new');
  void thread.send('new');
  thread.setDraft('');
  await pass(5_000);
  expect(thread.state.get().draft).toBe('');
});
