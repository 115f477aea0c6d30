import { beforeEach, describe, expect, test, vi } from 'vitest';
import { pass, startServer } from './state/testing/start-server.ts';
import { createClient } from './create-client.ts';
import { FakeServer, ME, OTHER } from './state/testing/fake-server.ts';
import { store, tell } from './state/testing/frames.ts';
import { contents, openChat } from './state/testing/open-chat.ts';
import { memoryStorage } from './storage/memory.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

const hang = () => new Promise<never>(() => undefined);

describe('storage', () => {
  test.each([
    ['fails', () => Promise.reject(new Error('disk'))],
    [
      'throws',
      () => {
        throw new Error('disk');
      },
    ],
    ['never answers', hang],
  ])('one that %s keeps nobody from sending', async (_, work) => {
    const storage = { entries: work, set: work, delete: work };
    const { client, link } = await openChat(server, { storage });
    const thread = client.thread(id);
    await thread.load();
    void thread.send('hello');
    await pass(3_000);
    for (const told of store(server, link)) link.events.onFrame(told);
    expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
  });

  test.each(['close', 'forget'] as const)('one that hangs does not hold up %s()', async (end) => {
    const storage = { entries: hang, set: hang, delete: hang };
    const { client } = await openChat(server, { storage });
    await pass(5_000);
    client.thread(id).setDraft('hal');
    const ended = client[end]();
    await pass(3_000);
    await expect(ended).resolves.toBeUndefined();
  });

  test('a draft is there after a reload, and goes when it is empty', async () => {
    const storage = memoryStorage();
    const { client } = await openChat(server, { storage });
    client.thread(id).setDraft('hal');
    client.thread(id).setDraft('hallo');
    expect(client.conversations.get().items[0]?.draft).toBe('hallo');
    await client.close();
    const after = await openChat(server, { storage });
    expect(after.client.thread(id).state.get().draft).toBe('hallo');
    after.client.thread(id).setDraft('');
    await after.client.close();
    expect(await storage.entries('')).toEqual([]);
  });

  test('forget erases what is this user’s, and nothing else', async () => {
    const storage = memoryStorage();
    await storage.set('http://parley|someone-else/draft/x', 'kept');
    const { client } = await openChat(server, { storage });
    client.thread(id).setDraft('secret');
    void client.thread(id).send('secret');
    await client.forget();
    client.thread(id).setDraft('secret');
    await pass(0);
    expect(await storage.entries('')).toEqual([['http://parley|someone-else/draft/x', 'kept']]);
  });
});

describe('typing', () => {
  test('of the other party ends after 5 s, or with the message', async () => {
    const { client, link } = await openChat(server);
    const { state } = client.thread(id);
    const type = (): void =>
      link.events.onFrame({
        type: 'typing_notify',
        conversationId: id,
        userId: OTHER,
        timestamp: '',
      });
    type();
    await pass(4_000);
    type();
    await pass(4_000);
    expect(state.get().isTyping).toBe(true);
    expect(client.conversations.get().items[0]?.isTyping).toBe(true);
    await pass(1_100);
    expect(state.get().isTyping).toBe(false);
    type();
    link.events.onFrame(server.send(id, OTHER, 'hello'));
    expect(state.get().isTyping).toBe(false);
  });

  test('of the other party ends with the connection', async () => {
    const { client, link } = await openChat(server);
    tell(link, { type: 'typing_notify', conversationId: id, userId: OTHER, timestamp: '' });
    expect(client.thread(id).state.get().isTyping).toBe(true);
    link.down();
    expect(client.thread(id).state.get().isTyping).toBe(false);
  });

  test('of the other party leaves no timer behind when the client is closed', async () => {
    const { client, link } = await openChat(server);
    tell(link, { type: 'typing_notify', conversationId: id, userId: OTHER, timestamp: '' });
    await client.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is told at most every 2 s', async () => {
    const { client, link } = await openChat(server);
    for (let i = 0; i < 50; i += 1) {
      client.thread(id).typing();
      await pass(100);
    }
    expect(link.take()).toHaveLength(3);
  });
});

test('many threads: nothing that Node would take for a leak', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const { client } = await openChat(server);
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => client.thread(server.create(i + 2)).load()),
  );
  expect(warned).not.toHaveBeenCalled();
});

test('10,000 messages: an unchanged one is the same object', async () => {
  for (let i = 0; i < 10_000; i += 1) server.send(id, i % 2 ? ME : OTHER, `${i}`);
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  while (thread.state.get().hasOlder) {
    const loading = thread.loadOlder();
    await pass(1);
    await loading;
  }
  const before = thread.state.get().messages;
  expect(before).toHaveLength(10_000);
  tell(link, server.read(id, OTHER, server.of(id).messages.at(-1)?.id ?? ''));
  const read = thread.state.get().messages;
  for (let i = 0; i < 100; i += 1) link.events.onFrame(server.send(id, OTHER, 'more'));
  const after = thread.state.get().messages;
  expect(after).toHaveLength(10_100);
  expect(read.every((message, i) => after[i] === message)).toBe(true);
  expect(read.filter((message, i) => before[i] !== message)).toHaveLength(5_000);
});

test('a listing’s conversation is found when it is there', async () => {
  const { client } = await openChat(server);
  const started = client.startConversation({ listingId: 1, sellerId: OTHER });
  await pass(10);
  expect(await started).toMatchObject({ id, listingId: 1 });
  expect(client.conversations.get().items).toHaveLength(1);
});

test('more conversations than a page', async () => {
  for (let i = 2; i <= 120; i += 1) server.create(i);
  const { client } = await openChat(server);
  expect(client.conversations.get()).toMatchObject({ hasMore: true, loading: { status: 'ready' } });
  expect(client.conversations.get().items).toHaveLength(50);
  server.fail = () => ({ status: 400, body: { code: 'invalid_message', detail: 'bad' } });
  await expect(client.loadMoreConversations()).rejects.toMatchObject({ code: 'invalid_message' });
  expect(client.conversations.get().items).toHaveLength(50);
  server.fail = () => undefined;
  for (let i = 0; i < 3; i += 1) await client.loadMoreConversations();
  expect(client.conversations.get()).toMatchObject({
    hasMore: false,
    loading: { status: 'ready' },
  });
  expect(client.conversations.get().items).toHaveLength(120);
});

test('more conversations while the first page is on its way: waits for that', async () => {
  server.delayMs = () => 100;
  const client = createClient({
    url: 'http://parley',
    token: () => '',
    storage: memoryStorage(),
    fetch: server.fetch,
  });
  client.connect();
  const loaded = client.loadMoreConversations().then(() => client.conversations.get().items.length);
  await pass(100);
  expect(await loaded).toBe(1);
});

test('without a url, and without a page whose origin it could be, it says so', () => {
  expect(() => createClient({ token: () => '' })).toThrow(TypeError);
});
