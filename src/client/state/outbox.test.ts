import { getEventListeners } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import { memoryStorage } from '../storage/memory.ts';
import { createRandom } from '../testing/create-random.ts';
import { slowStorage } from '../testing/slow-storage.ts';
import type { Message } from '../types.ts';
import { FakeServer, ME, OTHER } from './testing/fake-server.ts';
import { refuse, store, takeSends, tell } from './testing/frames.ts';
import { contents, openChat } from './testing/open-chat.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

test('one at a time, in order, and shown at once', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  void thread.send('one');
  void thread.send('two');
  expect(contents(thread.state.get().messages)).toEqual(['sending one', 'sending two']);
  expect(client.conversations.get().items[0]?.lastMessage?.content).toBe('two');
  const [told] = store(server, link);
  expect(told).toMatchObject({ message: { content: 'one' } });
  tell(link, told);
  expect(contents(thread.state.get().messages)).toEqual(['sent one', 'sending two']);
  expect(takeSends(link)).toMatchObject([{ content: 'two' }]);
});

test('the answer is lost: sent again under the same key, and there is one message', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  const sent = thread.send('hello');
  const [{ key } = { key: '' }] = thread.state.get().messages;
  store(server, link);
  link.down();
  link.up(true);
  const [told] = store(server, link);
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
  for (const told of store(server, link)) tell(link, told);
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
  expect(takeSends(link)).toHaveLength(1);
  await pass(14_900);
  expect(takeSends(link)).toHaveLength(0);
  await pass(200);
  expect(takeSends(link)).toHaveLength(1);
});

test.each(['rate_limited', 'unavailable'] as const)('%s: waits as told', async (code) => {
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  void thread.send('hello');
  for (const frame of takeSends(link)) refuse(link, frame, { code, retryAfterMs: 700 });
  await pass(690);
  expect(takeSends(link)).toEqual([]);
  expect(contents(thread.state.get().messages)).toEqual(['sending hello']);
  await pass(2_000);
  expect(takeSends(link)).toHaveLength(1);
});

test('refused: failed, also after a reload, and the next one goes on; retried it is the last', async () => {
  const storage = memoryStorage();
  const before = await openChat(server, { storage });
  const sent = before.client.thread(id).send('bad');
  void before.client.thread(id).send('good');
  for (const frame of takeSends(before.link))
    refuse(before.link, frame, { code: 'not_authorized' });
  await expect(sent).rejects.toMatchObject({ code: 'not_authorized', message: 'no' });
  expect(takeSends(before.link)).toMatchObject([{ content: 'good' }]);
  await before.client.close();

  const { client, link } = await openChat(server, { storage });
  const thread = client.thread(id);
  await thread.load();
  expect(contents(thread.state.get().messages)).toEqual(['failed bad', 'sending good']);
  const [failed] = thread.state.get().messages;
  expect(failed).toMatchObject({ error: { name: 'ParleyError', code: 'not_authorized' } });
  thread.retry(failed?.key ?? '');
  expect(contents(thread.state.get().messages)).toEqual(['sending good', 'sending bad']);
  for (const told of store(server, link)) link.events.onFrame(told);
  expect(takeSends(link)).toMatchObject([{ content: 'bad', clientMessageId: failed?.key ?? '' }]);
  thread.discard(failed?.key ?? '');
  expect(contents(thread.state.get().messages)).toEqual(['sent good']);
  await pass(0);
  expect(await storage.entries('')).toEqual([]);
});

test('stored by the server before the reload: not shown twice', async () => {
  const storage = memoryStorage();
  const before = await openChat(server, { storage });
  void before.client.thread(id).send('hello');
  store(server, before.link);
  await before.client.close();
  const slow = slowStorage(storage, { entries: 500 });
  const { client, link } = await openChat(server, { storage: slow });
  const seen: (readonly Message[])[] = [];
  client.thread(id).state.subscribe(({ messages }) => seen.push(messages));
  const loading = client.thread(id).load();
  await pass(3_000);
  await loading;
  expect(seen.map(({ length }) => length)).not.toContain(2);
  expect(contents(seen.at(-1) ?? [])).toEqual(['sent hello']);
  expect(takeSends(link)).toEqual([]);
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
  expect(takeSends(link)).toMatchObject([{ content: 'one' }]);
});

test('a closed client takes nothing, and ends the waiting', async () => {
  const { client } = await openChat(server);
  const sent = client.thread(id).send('hello');
  await client.close();
  await expect(sent).rejects.toMatchObject({ code: 'closed' });
  await expect(client.thread(id).send('more')).rejects.toMatchObject({ code: 'closed' });
  await expect(client.thread(id).load()).rejects.toMatchObject({ code: 'closed' });
});

test('an answer without a conversation, which one with a bad id gets, refuses the message', async () => {
  const { client, link } = await openChat(server);
  const thread = client.thread('nonsense');
  const sent = thread.send('hello');
  for (const frame of takeSends(link)) refuse(link, frame, { code: 'invalid_message' });
  expect(contents(thread.state.get().messages)).toEqual(['failed hello']);
  await expect(sent).rejects.toMatchObject({ code: 'invalid_message' });
  await pass(60_000);
  expect(takeSends(link)).toEqual([]);
});

test('unsent messages in many conversations: the limits of the server are kept', async () => {
  vi.spyOn(Math, 'random').mockImplementation(createRandom(1));
  const ids = Array.from({ length: 200 }, (_, i) => server.create(i + 2));
  const { client, link } = await openChat(server);
  link.down();
  for (const each of ids) void client.thread(each).send('hello');
  link.up(true);
  // Of docs/protocol.md: messages, and frames of any kind; who has no frame left is closed with 4429.
  let [messages, frames] = [50, 500];
  let least = frames;
  let stored = 0;
  for (let ms = 0; ms < 60_000 && stored < ids.length; ms += 10) {
    messages = Math.min(50, messages + 0.1);
    frames = Math.min(500, frames + 0.5);
    for (const frame of takeSends(link)) {
      frames -= 1;
      least = Math.min(least, frames);
      if (messages < 1) {
        refuse(link, frame, {
          code: 'rate_limited',
          retryAfterMs: Math.ceil((1 - messages) * 100),
        });
        continue;
      }
      messages -= 1;
      stored += 1;
      const { conversationId, content, clientMessageId } = frame;
      tell(link, server.send(conversationId, ME, content, clientMessageId));
    }
    await pass(10);
  }
  expect(stored).toBe(ids.length);
  expect(least).toBeGreaterThanOrEqual(0);
});

test('a signal that outlives the message is let go of', async () => {
  const { client, link } = await openChat(server);
  const controller = new AbortController();
  const sent = client.thread(id).send('hello', controller);
  for (const told of store(server, link)) tell(link, told);
  await sent;
  await pass(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});
