import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConversationFrame } from './link.ts';
import { createClient } from './create-client.ts';
import { FakeServer, ME, OTHER } from './state/testing/fake-server.ts';
import type { FakeLink } from './state/testing/fake-link.ts';
import { contents, openChat } from './state/testing/open-chat.ts';
import { memoryStorage } from './storage/memory.ts';

vi.mock('./link/open-link.ts', async () => ({
  openLink: (await import('./state/testing/fake-link.ts')).openFakeLink,
}));

let server: FakeServer;
let id: string;
beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  id = server.create(1);
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const never = () => new Promise<never>(() => undefined);
const sends = (link: FakeLink) =>
  link.take().flatMap((frame) => (frame.type === 'send_message' ? [frame] : []));

/** Stores what was sent, and tells of it. */
function serve(link: FakeLink): void {
  for (const frame of link.take()) {
    if (frame.type === 'send_message')
      link.events.onFrame(
        server.send(frame.conversationId, ME, frame.content, frame.clientMessageId),
      );
    if (frame.type !== 'mark_read') continue;
    const receipt = server.read(frame.conversationId, ME, frame.messageId);
    if (receipt) link.events.onFrame(receipt);
  }
}

test('the database was set back to an earlier state: shows what there is now, and does not hammer', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  for (let i = 0; i < 10; i += 1) link.events.onFrame(server.send(id, OTHER, `m${i}`));
  server.of(id).messages.length = 5;
  server.of(id).changes.length = 5;
  link.down();
  server.requests.length = 0;
  server.delayMs = () => 20;
  link.up(false);
  await pass(10_000);
  expect(server.requests.length).toBeLessThan(20);
  link.events.onFrame(server.send(id, OTHER, 'after'));
  await pass(1_000);
  const messages = ['m0', 'm1', 'm2', 'm3', 'm4', 'after'];
  expect(contents(thread.state.get().messages)).toEqual(messages.map((text) => `sent ${text}`));
});

test('what the server says again and again is not enough: asked for at longer and longer intervals', async () => {
  const { client, link } = await openChat(server);
  await client.thread(id).load();
  const old = server.conversation(id);
  server.fail = (path) => (path.endsWith(id) ? { status: 200, body: old } : undefined);
  server.delayMs = () => 20;
  server.send(id, OTHER, 'one');
  server.requests.length = 0;
  link.events.onFrame(server.send(id, OTHER, 'two'));
  await pass(2_000);
  expect(server.requests.length).toBeLessThan(12);
});

test.each(['notice', 'reaction_added', 'message_edited'])(
  'a newer server’s %s is passed over, and what comes after it is shown',
  async (type) => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const first = server.send(id, OTHER, 'one');
    link.events.onFrame(first);
    link.events.onFrame({ ...first, type } as unknown as ConversationFrame);
    link.events.onFrame(server.send(id, OTHER, 'two'));
    await pass(1_000);
    expect(contents(thread.state.get().messages)).toEqual(['sent one', 'sent two']);
    expect(client.conversations.get().unreadCount).toBe(2);
  },
);

test('marks read without having loaded anything, also after an answer of one’s own', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  for (const text of ['hi', 'hi again']) {
    link.events.onFrame(server.send(id, OTHER, text));
    expect(client.conversations.get().unreadCount).toBe(1);
    thread.markRead();
    expect(client.conversations.get().unreadCount).toBe(0);
    void thread.send('you wrote');
    serve(link);
    expect(server.of(id).messages.every(({ senderId, readAt }) => senderId === ME || readAt)).toBe(
      true,
    );
  }
});

test.each([
  ['that the list has', false],
  ['that the list does not have', true],
])('a thread %s is loaded by who asks when another has given up', async (_, isNew) => {
  const { client, link } = await openChat(server);
  server.delayMs = () => 1_000;
  const thread = client.thread(isNew ? server.create(2) : id);
  const leaving = new AbortController();
  const again = thread.load(leaving).catch(() => thread.load());
  await pass(10);
  leaving.abort();
  await pass(10_000);
  await again;
  link.events.onFrame(server.send(thread.conversationId, OTHER, 'hi'));
  await pass(10_000);
  expect(thread.state.get().loading).toEqual({ status: 'ready' });
  expect(contents(thread.state.get().messages)).toEqual(['sent hi']);
});

test('unsent messages in 200 conversations: all get through, and no limit on frames is reached', async () => {
  const ids = Array.from({ length: 200 }, (_, i) => server.create(i + 2));
  const { client, link } = await openChat(server);
  link.down();
  for (const each of ids) void client.thread(each).send('x');
  link.up(true);
  // docs/protocol.md, Limits: 50 messages at once and 10 a second, 500 frames at once and 50 a second.
  let messages = 50;
  let frames = 500;
  let stored = 0;
  for (let ms = 0; ms < 60_000 && stored < ids.length; ms += 10) {
    messages = Math.min(50, messages + 0.1);
    frames = Math.min(500, frames + 0.5);
    for (const { conversationId, clientMessageId = '', content } of sends(link)) {
      frames -= 1;
      expect(frames).toBeGreaterThan(0);
      if (messages >= 1) {
        messages -= 1;
        stored += 1;
        link.events.onFrame(server.send(conversationId, ME, content, clientMessageId));
      } else {
        link.events.onFrame({
          type: 'error',
          error: 'too many messages',
          code: 'rate_limited',
          request: 'send_message',
          conversationId,
          clientMessageId,
          retryAfterMs: Math.ceil((1 - messages) * 100),
          timestamp: '',
        });
      }
    }
    await pass(10);
  }
  expect(stored).toBe(ids.length);
});

test('a refusal that names no conversation is known by its key', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread('nonsense');
  const refused = thread.send('x').catch((error: unknown) => error);
  await pass(10);
  const [{ clientMessageId = '' } = {}] = sends(link);
  link.events.onFrame({
    type: 'error',
    error: 'conversationId must be a UUID',
    code: 'invalid_message',
    request: 'send_message',
    clientMessageId,
    timestamp: '',
  });
  expect(await refused).toMatchObject({ code: 'invalid_message' });
  expect(contents(thread.state.get().messages)).toEqual(['failed x']);
});

test('goes down and up while the list is read again: conversations are not asked for one by one', async () => {
  for (let i = 2; i <= 300; i += 1) server.create(i);
  const { client, link } = await openChat(server);
  while (client.conversations.get().hasMore) {
    const more = client.loadMoreConversations();
    await pass(10);
    await more;
  }
  expect(client.conversations.get().items).toHaveLength(300);
  server.requests.length = 0;
  server.delayMs = () => 300;
  link.down();
  link.up(false);
  await pass(50);
  link.down();
  link.up(true);
  await pass(50);
  const single = server.requests.filter((path) => /conversations\/[0-9a-f]/.test(path));
  expect(single.length).toBeLessThan(10);
});

test.each(['close', 'forget'] as const)('%s ends though the storage hangs', async (how) => {
  const storage = { entries: never, set: never, delete: never };
  const { client } = await openChat(server, { storage });
  await pass(5_000);
  client.thread(id).setDraft('x');
  const ended = client[how]();
  await pass(10_000);
  await expect(ended).resolves.toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('no timer is left when it is closed while the other party types', async () => {
  const { client, link } = await openChat(server);
  link.events.onFrame({ type: 'typing_notify', conversationId: id, userId: OTHER, timestamp: '' });
  expect(client.thread(id).state.get().isTyping).toBe(true);
  await client.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('who asks for more while the first page is on its way waits for that', async () => {
  const client = createClient({
    url: 'http://parley',
    token: () => '',
    storage: memoryStorage(),
    fetch: server.fetch,
  });
  server.delayMs = () => 100;
  client.connect();
  const loaded = client
    .loadMoreConversations()
    .then(() => client.conversations.get().items.map((item) => item.id));
  await pass(1_000);
  expect(await loaded).toEqual([id]);
});

test('there is no page to take the URL of: says so at once', () => {
  expect(() => createClient({ token: () => '' })).toThrow(TypeError);
});

test('a signal that lives long is left as it was', async () => {
  const { client, link } = await openChat(server);
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, 'addEventListener');
  const remove = vi.spyOn(signal, 'removeEventListener');
  for (let i = 0; i < 5; i += 1) {
    void client.thread(id).send('x', { signal });
    serve(link);
  }
  await pass(10);
  expect(add).toHaveBeenCalled();
  expect(remove.mock.calls.length).toBe(add.mock.calls.length);
});

test('a draft that was sent while the storage was slow is not there again', async () => {
  const inner = memoryStorage();
  await inner.set(`http://parley|${ME}/gone/draft/${id}`, 'old');
  const storage = {
    ...inner,
    async entries(prefix: string) {
      const found = await inner.entries(prefix);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return found;
    },
  };
  const { client } = await openChat(server, { storage });
  const thread = client.thread(id);
  thread.setDraft('new');
  void thread.send('new');
  thread.setDraft('');
  await pass(5_000);
  expect(thread.state.get().draft).toBe('');
});
