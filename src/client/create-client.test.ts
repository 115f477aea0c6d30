import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationFrame } from './link.ts';
import type { FakeLink } from './state/testing/fake-link.ts';
import { FakeServer, ME, OTHER } from './state/testing/fake-server.ts';
import { contents, openChat } from './state/testing/open-chat.ts';
import { memoryStorage } from './storage/memory.ts';
import type { Message } from './types.ts';

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
  vi.unstubAllGlobals();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const sends = (link: FakeLink) =>
  link.take().flatMap((frame) => (frame.type === 'send_message' ? [frame] : []));

/** The server stores what was sent; its answer is lost. */
const store = (link: FakeLink) =>
  sends(link).map((frame) =>
    server.send(frame.conversationId, ME, frame.content, frame.clientMessageId),
  );

const tell = (link: FakeLink, frame: ConversationFrame | undefined): void => {
  if (frame) link.events.onFrame(frame);
};

const refuse = (link: FakeLink, code: 'rate_limited' | 'unavailable' | 'not_authorized') => {
  for (const { conversationId, clientMessageId = '' } of sends(link))
    link.events.onFrame({
      type: 'error',
      error: 'no',
      code,
      request: 'send_message',
      conversationId,
      clientMessageId,
      ...(code === 'not_authorized' ? {} : { retryAfterMs: 700 }),
      timestamp: '',
    });
};

describe('sending', () => {
  test('one at a time, in order, and shown at once', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    void thread.send('one');
    void thread.send('two');
    expect(contents(thread.state.get().messages)).toEqual(['sending one', 'sending two']);
    expect(client.conversations.get().items[0]?.lastMessage?.content).toBe('two');
    const [told] = store(link);
    expect(told).toMatchObject({ message: { content: 'one' } });
    tell(link, told);
    expect(contents(thread.state.get().messages)).toEqual(['sent one', 'sending two']);
    expect(sends(link)).toMatchObject([{ content: 'two' }]);
  });

  test('the answer is lost: sent again under the same key, and there is one message', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const sent = thread.send('hello');
    const [{ key } = { key: '' }] = thread.state.get().messages;
    store(link);
    link.down();
    link.up(true);
    const [told] = store(link);
    tell(link, told);
    expect(await sent).toMatchObject({ status: 'sent', key });
    expect(thread.state.get().messages).toEqual([await sent]);
    expect(server.of(id).messages).toHaveLength(1);
  });

  test('what was sent stays shown where the thread is not loaded', async () => {
    server.send(id, OTHER, 'before');
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    void thread.send('hello');
    for (const told of store(link)) tell(link, told);
    tell(link, server.send(id, OTHER, 'after'));
    expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
    await thread.load();
    expect(contents(thread.state.get().messages)).toEqual([
      'sent before',
      'sent hello',
      'sent after',
    ]);
  });

  test('no answer in 15 s: sent again', async () => {
    const { client, link } = await openChat(server);
    void client.thread(id).send('hello');
    expect(sends(link)).toHaveLength(1);
    await pass(14_900);
    expect(sends(link)).toHaveLength(0);
    await pass(200);
    expect(sends(link)).toHaveLength(1);
  });

  test.each(['rate_limited', 'unavailable'] as const)('%s: waits as told', async (code) => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    void thread.send('hello');
    refuse(link, code);
    await pass(690);
    expect(sends(link)).toEqual([]);
    expect(contents(thread.state.get().messages)).toEqual(['sending hello']);
    await pass(2_000);
    expect(sends(link)).toHaveLength(1);
  });

  test('refused: failed, also after a reload, and the next one goes on; retried it is the last', async () => {
    const storage = memoryStorage();
    const before = await openChat(server, { storage });
    const sent = before.client.thread(id).send('bad');
    void before.client.thread(id).send('good');
    refuse(before.link, 'not_authorized');
    await expect(sent).rejects.toMatchObject({ code: 'not_authorized', message: 'no' });
    expect(sends(before.link)).toMatchObject([{ content: 'good' }]);
    await before.client.close();

    const { client, link } = await openChat(server, { storage });
    const thread = client.thread(id);
    await thread.load();
    expect(contents(thread.state.get().messages)).toEqual(['failed bad', 'sending good']);
    const [failed] = thread.state.get().messages;
    expect(failed).toMatchObject({ error: { name: 'ParleyError', code: 'not_authorized' } });
    thread.retry(failed?.key ?? '');
    expect(contents(thread.state.get().messages)).toEqual(['sending good', 'sending bad']);
    for (const told of store(link)) link.events.onFrame(told);
    expect(sends(link)).toMatchObject([{ content: 'bad', clientMessageId: failed?.key ?? '' }]);
    thread.discard(failed?.key ?? '');
    expect(contents(thread.state.get().messages)).toEqual(['sent good']);
    await pass(0);
    expect(await storage.entries('')).toEqual([]);
  });

  test('stored by the server before the reload: not shown twice', async () => {
    const storage = memoryStorage();
    const before = await openChat(server, { storage });
    void before.client.thread(id).send('hello');
    store(before.link);
    await before.client.close();
    const slow = {
      ...storage,
      entries: async (prefix: string) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        return storage.entries(prefix);
      },
    };
    const { client, link } = await openChat(server, { storage: slow });
    const seen: (readonly Message[])[] = [];
    client.thread(id).state.subscribe(({ messages }) => seen.push(messages));
    const loading = client.thread(id).load();
    await pass(3_000);
    await loading;
    expect(seen.map(({ length }) => length)).not.toContain(2);
    expect(contents(seen.at(-1) ?? [])).toEqual(['sent hello']);
    expect(sends(link)).toEqual([]);
    expect(await storage.entries('')).toEqual([]);
  });

  test.each([
    ['blank', ' \n', 'invalid_message'],
    ['half a character', 'a\ud800', 'invalid_message'],
    ['too long', 'é'.repeat(2_049), 'message_too_large'],
  ])('%s: refused at once and not shown', async (_, content, code) => {
    const { client } = await openChat(server);
    await expect(client.thread(id).send(content)).rejects.toMatchObject({ code });
    expect(client.thread(id).state.get().messages).toEqual([]);
  });

  test('aborted before it was sent, it is taken back; afterwards it stays', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    const [first, second] = [new AbortController(), new AbortController()];
    const one = thread.send('one', first);
    const two = thread.send('two', second);
    first.abort();
    second.abort(new Error('changed my mind'));
    await expect(one).rejects.toThrow('aborted');
    await expect(two).rejects.toThrow('changed my mind');
    expect(contents(thread.state.get().messages)).toEqual(['sending one']);
    expect(sends(link)).toMatchObject([{ content: 'one' }]);
  });

  test('a closed client takes nothing, and ends the waiting', async () => {
    const { client } = await openChat(server);
    const sent = client.thread(id).send('hello');
    await client.close();
    await expect(sent).rejects.toMatchObject({ code: 'closed' });
    await expect(client.thread(id).send('more')).rejects.toMatchObject({ code: 'closed' });
    await expect(client.thread(id).load()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('storage', () => {
  test.each([
    ['fails', () => Promise.reject(new Error('disk'))],
    [
      'throws',
      () => {
        throw new Error('disk');
      },
    ],
    ['never answers', () => new Promise<never>(() => undefined)],
  ])('one that %s keeps nobody from sending', async (_, work) => {
    const storage = { entries: work, set: work, delete: work };
    const { client, link } = await openChat(server, { storage });
    const thread = client.thread(id);
    await thread.load();
    void thread.send('hello');
    await pass(3_000);
    for (const told of store(link)) link.events.onFrame(told);
    expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
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

const fill = (count: number): void => {
  for (let i = 0; i < count; i += 1) server.send(id, OTHER, `missed ${i}`);
};
const shown = (messages: readonly Message[]) =>
  messages.map((message) => 'seq' in message && message.seq);

describe('missed', () => {
  test('a hole is read over REST, also one of several pages', async () => {
    fill(10);
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    fill(250);
    link.events.onFrame(server.send(id, OTHER, 'after'));
    expect(thread.state.get().messages).toHaveLength(10);
    await pass(100);
    expect(shown(thread.state.get().messages)).toEqual(
      Array.from({ length: 261 }, (_, i) => i + 1),
    );
    expect(client.conversations.get().items[0]).toMatchObject({ seq: 261, unreadCount: 261 });
  });

  test('after too much of it only the newest are there, and older ones can be loaded', async () => {
    fill(10);
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    link.down();
    fill(900);
    link.up(false);
    await pass(100);
    expect(shown(thread.state.get().messages)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 411),
    );
    expect(thread.state.get().hasOlder).toBe(true);
  });

  test('so are read marks that are older than what was missed', async () => {
    for (let i = 0; i < 250; i += 1) server.send(id, ME, `mine ${i}`);
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    while (thread.state.get().hasOlder) await thread.loadOlder();
    link.down();
    server.read(id, OTHER, server.of(id).messages[99]?.id ?? '');
    fill(10);
    link.up(false);
    await pass(100);
    const statuses = thread.state.get().messages.map(({ status }) => status);
    expect(statuses).toHaveLength(260);
    expect(statuses.lastIndexOf('read')).toBe(99);
    expect(statuses.indexOf('sent')).toBe(100);
  });

  test('also where the list does not reach', async () => {
    server.send(id, ME, 'mine');
    for (let i = 2; i < 60; i += 1) server.create(i);
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    link.down();
    server.read(id, OTHER, server.of(id).messages[0]?.id ?? '');
    link.up(false);
    await pass(100);
    expect(contents(thread.state.get().messages)).toEqual(['read mine']);
  });

  test('a thread that could not be loaded is loaded when there is a connection again', async () => {
    server.send(id, OTHER, 'hello');
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    link.down();
    server.fail = () => 'network';
    await expect(thread.load()).rejects.toMatchObject({ code: 'network' });
    expect(thread.state.get().loading).toMatchObject({ status: 'failed' });
    server.fail = () => undefined;
    link.up(true);
    await pass(100);
    expect(thread.state.get()).toMatchObject({ loading: { status: 'ready' } });
    expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
  });

  test('and by itself when the connection did not notice anything', async () => {
    server.send(id, OTHER, 'hello');
    const { client } = await openChat(server);
    const thread = client.thread(id);
    server.fail = () => 'network';
    await expect(thread.load()).rejects.toMatchObject({ code: 'network' });
    server.fail = () => undefined;
    await pass(2_000);
    expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
  });

  test.each([
    [403, 'not_authorized'],
    [400, 'invalid_message'],
  ])('%i %s: failed, and not asked for again', async (status, code) => {
    const { client } = await openChat(server);
    server.fail = (path) => (path.includes('foreign') ? { status, body: { code } } : undefined);
    const thread = client.thread('foreign');
    await expect(thread.load()).rejects.toMatchObject({ code });
    expect(thread.state.get().loading).toMatchObject({ status: 'failed', error: { code } });
    const asked = server.requests.length;
    await pass(60_000);
    expect(server.requests).toHaveLength(asked);
  });

  test('the repair fails: it is tried again, and what came meanwhile waits', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    fill(1);
    server.fail = () => 'network';
    link.events.onFrame(server.send(id, OTHER, 'after'));
    await pass(5_000);
    expect(thread.state.get().messages).toEqual([]);
    server.fail = () => undefined;
    await pass(30_000);
    expect(shown(thread.state.get().messages)).toEqual([1, 2]);
  });

  test('a message in a conversation that is not in the list brings it there', async () => {
    const { client, link } = await openChat(server);
    const other = server.create(2);
    link.events.onFrame(server.send(other, OTHER, 'hello'));
    await pass(100);
    expect(client.conversations.get().items).toMatchObject([
      { id: other, unreadCount: 1, lastMessage: { content: 'hello' } },
      { id },
    ]);
  });

  test('a conversation that is not one’s own is asked for once', async () => {
    const { client, link } = await openChat(server);
    const strange = new FakeServer();
    const frame = strange.send(strange.create(1), OTHER, 'hello');
    server.requests.length = 0;
    link.events.onFrame(frame);
    await pass(60_000);
    expect(server.requests).toHaveLength(1);
    expect(client.conversations.get().items).toHaveLength(1);
  });
});

describe('reading', () => {
  test('is told when it is news, and again until it is confirmed', async () => {
    server.send(id, OTHER, 'one');
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    expect(client.conversations.get().unreadCount).toBe(1);
    link.down();
    thread.markRead();
    expect(client.conversations.get().unreadCount).toBe(0);
    expect(link.take()).toEqual([]);
    link.up(true);
    thread.markRead();
    const [frame] = link.take();
    expect(frame).toMatchObject({ type: 'mark_read', conversationId: id });
    const [{ id: messageId } = { id: '' }] = server.of(id).messages;
    tell(link, server.read(id, ME, messageId));
    link.down();
    link.up(true);
    thread.markRead();
    expect(link.take()).toEqual([]);
    expect(contents(thread.state.get().messages)).toEqual(['read one']);
  });

  test('counts as read until the server has heard of it', async () => {
    server.send(id, OTHER, 'one');
    const { client, link } = await openChat(server);
    await client.thread(id).load();
    link.down();
    client.thread(id).markRead();
    link.up(false);
    await pass(100);
    expect(client.conversations.get().unreadCount).toBe(0);
    tell(link, server.send(id, OTHER, 'two'));
    expect(client.conversations.get().unreadCount).toBe(1);
  });

  test('is not told again when the list says that it is known', async () => {
    server.send(id, OTHER, 'one');
    const { client, link } = await openChat(server);
    await client.thread(id).load();
    client.thread(id).markRead();
    // The receipt is lost.
    server.read(id, ME, server.of(id).messages[0]?.id ?? '');
    link.down();
    link.up(false);
    await pass(100);
    link.take();
    link.down();
    link.up(true);
    expect(link.take()).toEqual([]);
    expect(client.conversations.get().unreadCount).toBe(0);
  });

  test('on another device counts too, also when it was not the newest', async () => {
    const first = server.send(id, OTHER, 'one');
    server.send(id, OTHER, 'two');
    const { client, link } = await openChat(server);
    if (first.type === 'new_message') tell(link, server.read(id, ME, first.message.id));
    await pass(100);
    expect(client.conversations.get().unreadCount).toBe(1);
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

  test('is told at most every 2 s', async () => {
    const { client, link } = await openChat(server);
    for (let i = 0; i < 50; i += 1) {
      client.thread(id).typing();
      await pass(100);
    }
    expect(link.take()).toHaveLength(3);
  });
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
