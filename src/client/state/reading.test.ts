import { beforeEach, expect, test } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import { FakeServer, ME, OTHER } from './testing/fake-server.ts';
import { store, tell } from './testing/frames.ts';
import { contents, openChat } from './testing/open-chat.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

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

test('is told again when the server could not take it', async () => {
  server.send(id, OTHER, 'one');
  const { client, link } = await openChat(server);
  client.thread(id).markRead();
  expect(link.take()).toHaveLength(1);
  tell(link, {
    type: 'error',
    error: 'no',
    code: 'unavailable',
    request: 'mark_read',
    conversationId: id,
    retryAfterMs: 1_000,
    timestamp: '',
  });
  await pass(999);
  expect(link.take()).toEqual([]);
  await pass(1);
  expect(link.take()).toMatchObject([{ type: 'mark_read', conversationId: id }]);
});

test('works after an answer too where the thread is not loaded', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  void thread.send('mine');
  for (const told of store(server, link)) tell(link, told);
  tell(link, server.send(id, OTHER, 'theirs'));
  expect(client.conversations.get().unreadCount).toBe(1);
  thread.markRead();
  expect(client.conversations.get().unreadCount).toBe(0);
  const [, { id: messageId } = { id: '' }] = server.of(id).messages;
  expect(link.take()).toEqual([{ type: 'mark_read', conversationId: id, messageId }]);
});

test('the bot of docs/sdk.md answers each message once', async () => {
  const { client, link } = await openChat(server);
  const answered = new Set<string>();
  const answers: string[] = [];
  client.conversations.subscribe(({ items }) => {
    for (const { id: each, unreadCount, lastMessage } of items) {
      if (unreadCount === 0 || !lastMessage || answered.has(lastMessage.key)) continue;
      answered.add(lastMessage.key);
      answers.push(lastMessage.content);
      // It would answer itself without end.
      if (answers.length > 10) return;
      const thread = client.thread(each);
      thread.markRead();
      void thread.send(`You wrote: ${lastMessage.content}`);
    }
  });
  for (const content of ['one', 'two', 'three']) {
    tell(link, server.send(id, OTHER, content));
    const { id: messageId = '' } = server.of(id).messages.at(-1) ?? {};
    for (const told of store(server, link)) tell(link, told);
    tell(link, server.read(id, ME, messageId));
  }
  expect(answers).toEqual(['one', 'two', 'three']);
});
