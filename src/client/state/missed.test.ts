import { beforeEach, expect, test, vi } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import type { ConversationFrame } from '../link.ts';
import type { Message } from '../types.ts';
import { FakeServer, ME, OTHER } from './testing/fake-server.ts';
import { contents, openChat } from './testing/open-chat.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

const fill = (count: number): void => {
  for (let i = 0; i < count; i += 1) server.send(id, OTHER, `missed ${i}`);
};
const shown = (messages: readonly Message[]) =>
  messages.map((message) => 'seq' in message && message.seq);

test('a hole is read over REST, also one of several pages', async () => {
  fill(10);
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  fill(250);
  link.events.onFrame(server.send(id, OTHER, 'after'));
  expect(thread.state.get().messages).toHaveLength(10);
  await pass(100);
  expect(shown(thread.state.get().messages)).toEqual(Array.from({ length: 261 }, (_, i) => i + 1));
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

test('a database that was restored to an earlier state: its own counts again, and is not asked for all the time', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  for (let i = 1; i <= 10; i += 1) link.events.onFrame(server.send(id, OTHER, `before ${i}`));
  server.of(id).messages.length = 5;
  server.of(id).changes.length = 5;
  link.down();
  server.requests.length = 0;
  server.delayMs = () => 20;
  link.up(false);
  await pass(10_000);
  // Of the list, of the conversation, and of its messages.
  expect(server.requests).toHaveLength(3);
  expect(shown(thread.state.get().messages)).toEqual([1, 2, 3, 4, 5]);
  expect(client.conversations.get().items[0]).toMatchObject({ seq: 5, unreadCount: 5 });
  link.events.onFrame(server.send(id, OTHER, 'after'));
  expect(contents(thread.state.get().messages).at(-1)).toBe('sent after');
  expect(shown(thread.state.get().messages)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('answers that are older than what is known to be there: asked again, with pauses', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { client, link } = await openChat(server);
  await client.thread(id).load();
  const body = server.conversation(id);
  server.fail = (path) => (path.endsWith(id) ? { status: 200, body } : undefined);
  fill(1);
  server.requests.length = 0;
  server.delayMs = () => 20;
  link.events.onFrame(server.send(id, OTHER, 'after'));
  await pass(10_000);
  const asked = server.requests.filter((path) => path.endsWith(id));
  // At once, and after 0.5, 1, 2 and 4 seconds more.
  expect(asked).toHaveLength(5);
});

test('the connection fails again while the list is being read: conversations are not all asked for', async () => {
  for (let i = 2; i <= 120; i += 1) server.create(i);
  const { client, link } = await openChat(server);
  while (client.conversations.get().hasMore) await client.loadMoreConversations();
  server.requests.length = 0;
  server.delayMs = () => 300;
  link.down();
  link.up(false);
  await pass(50);
  link.down();
  link.up(true);
  await pass(5_000);
  expect(server.requests.filter((path) => !path.includes('?'))).toEqual([]);
  expect(server.requests).not.toEqual([]);
});

test.each([
  ['about nothing', { type: 'notice', text: 'hello' }],
  ['about a message', { type: 'message_pinned', messageId: 'x' }],
  ['with a message', { type: 'message_moved', message: { id: 'x', content: 'hello' } }],
])('a frame of a newer server %s is passed over', async (_, frame) => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  link.events.onFrame(server.send(id, OTHER, 'hello'));
  const [list, state] = [client.conversations.get(), thread.state.get()];
  const about = frame.type === 'notice' ? {} : { conversationId: id, seq: 2, timestamp: '' };
  link.events.onFrame({ ...about, ...frame } as unknown as ConversationFrame);
  expect(thread.state.get()).toBe(state);
  expect(client.conversations.get()).toBe(list);
});
