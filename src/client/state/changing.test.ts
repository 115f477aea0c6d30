import { beforeEach, describe, expect, test } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import type { Message, StoredMessage, Thread } from '../types.ts';
import { type FakeServer, ME, OTHER } from './testing/fake-server.ts';
import type { FakeLink } from './testing/fake-link.ts';
import { tell } from './testing/frames.ts';
import { contents, openChat } from './testing/open-chat.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
});

/** @returns its id */
function say(senderId: string, content: string): string {
  server.send(id, senderId, content);
  return server.of(id).messages.at(-1)?.id ?? '';
}

/** One that is stored. */
function shown(thread: Thread, messageId: string): StoredMessage {
  const { messages } = thread.state.get();
  const found = messages.find(
    (each): each is StoredMessage => 'id' in each && each.id === messageId,
  );
  if (!found) throw new Error('it is not shown');
  return found;
}

/** A thread of 250 messages that are all loaded. @returns the id of one of the oldest */
async function openLong() {
  for (let i = 0; i < 250; i += 1) say(OTHER, `${i}`);
  const { client, link } = await openChat(server);
  const thread = client.thread(id);
  await thread.load();
  while (thread.state.get().hasOlder) await thread.loadOlder();
  return { client, link, thread, old: server.of(id).messages[5]?.id ?? '' };
}

/** The server tells of what is done over REST too. */
const tellAll = (link: FakeLink): void => {
  server.onChange = (change) => tell(link, change);
};

const others = (messages: readonly Message[], messageId: string): Message[] =>
  messages.filter((each) => !('id' in each) || each.id !== messageId);

describe('what the other party does', () => {
  test('an edit, a reaction, a deletion: that message is another one, the others are the same objects', async () => {
    const ids = [say(OTHER, 'one'), say(ME, 'two'), say(OTHER, 'three')];
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const [, mine = '', last = ''] = ids;
    const steps = [
      [
        last,
        () => server.edit(id, last, 'drei'),
        { content: 'drei', editedAt: expect.any(String) },
      ],
      [
        mine,
        () => server.react(id, OTHER, mine, '👍', true),
        { reactions: [{ emoji: '👍', userIds: [OTHER] }] },
      ],
      [mine, () => server.react(id, OTHER, mine, '👍', false), { reactions: [] }],
      [
        last,
        () => server.delete(id, last),
        { content: '', editedAt: undefined, deletedAt: expect.any(String), status: 'sent' },
      ],
    ] as const;
    for (const [messageId, change, expected] of steps) {
      const before = thread.state.get().messages;
      const { seq } = shown(thread, messageId);
      tell(link, change());
      const after = thread.state.get().messages;
      expect(shown(thread, messageId)).toMatchObject({ ...expected, id: messageId, seq });
      const same = others(before, messageId);
      expect(others(after, messageId).every((each, i) => each === same[i])).toBe(true);
    }
    const [item] = client.conversations.get().items;
    expect(item).toMatchObject({ seq: 7, lastMessage: { id: last, content: '' } });
  });

  test('an edit and a reaction of the last one are in the list, also where no thread is loaded', async () => {
    const messageId = say(OTHER, 'one');
    const { client, link } = await openChat(server);
    const before = client.conversations.get().items[0]?.lastMessageAt;
    tell(link, server.edit(id, messageId, 'two'));
    tell(link, server.react(id, OTHER, messageId, '🚲', true));
    expect(client.conversations.get().items[0]).toMatchObject({
      lastMessage: { content: 'two', reactions: [{ emoji: '🚲', userIds: [OTHER] }] },
      lastMessageAt: before,
      unreadCount: 1,
    });
  });

  test('attachments come with absolute URLs, and go with the message', async () => {
    const sent = server.send(id, OTHER, '', undefined, ['a']);
    const { client, link } = await openChat(server, { url: 'http://parley/chat/' });
    const thread = client.thread(id);
    await thread.load();
    const messageId = sent.type === 'new_message' ? sent.message.id : '';
    expect(shown(thread, messageId).attachments).toMatchObject([
      {
        id: 'a',
        width: 4,
        url: 'http://parley/chat/api/attachments/c/a/original?signature=one',
        thumbnailUrl: 'https://objects.example/a?signature=one',
      },
    ]);
    tell(link, server.delete(id, messageId));
    expect(shown(thread, messageId).attachments).toEqual([]);
  });
});

describe('unread', () => {
  test('one that is deleted before it was read counts no more', async () => {
    const ids = ['one', 'two', 'three'].map((content) => say(OTHER, content));
    const { client, link } = await openChat(server);
    await client.thread(id).load();
    tell(link, server.delete(id, ids[0] ?? ''));
    tell(link, server.delete(id, ids[2] ?? ''));
    expect(client.conversations.get().unreadCount).toBe(1);
    expect(server.conversation(id).unreadCount).toBe(1);
  });

  test('also where the thread is not loaded: what is not known is asked for', async () => {
    const ids = ['one', 'two'].map((content) => say(OTHER, content));
    const { client, link } = await openChat(server);
    tell(link, server.delete(id, ids[1] ?? ''));
    expect(client.conversations.get().unreadCount).toBe(1);
    server.requests.length = 0;
    tell(link, server.delete(id, ids[0] ?? ''));
    await pass(100);
    expect(client.conversations.get().unreadCount).toBe(0);
    expect(server.requests).toEqual([`/api/conversations/${id}`]);
  });

  test('one that was read, and one’s own, never did', async () => {
    const [read, unread] = [say(OTHER, 'one'), say(OTHER, 'two')];
    const mine = say(ME, 'three');
    server.read(id, ME, read);
    const { client, link } = await openChat(server);
    await client.thread(id).load();
    tell(link, server.delete(id, read));
    tell(link, server.delete(id, mine));
    expect(client.conversations.get().unreadCount).toBe(1);
    tell(link, server.delete(id, unread));
    expect(client.conversations.get().unreadCount).toBe(0);
  });

  test('nor one that is said to be read and not confirmed', async () => {
    const first = say(OTHER, 'one');
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    thread.markRead();
    tell(link, server.send(id, OTHER, 'two'));
    tell(link, server.delete(id, first));
    expect(client.conversations.get().unreadCount).toBe(1);
  });
});

describe('what is told again shows messages as they are now', () => {
  test('one that was deleted since: without its text, and counted right', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    link.down();
    const messageId = say(OTHER, 'secret');
    server.edit(id, messageId, 'more secret');
    server.react(id, ME, messageId, '👍', true);
    server.delete(id, messageId);
    const seen: string[] = [];
    thread.state.subscribe(({ messages }) => seen.push(...contents(messages)));
    for (const change of server.of(id).changes) tell(link, server.replayed(change));
    link.up(true);
    expect(seen.join()).not.toContain('secret');
    expect(shown(thread, messageId)).toMatchObject({ content: '', reactions: [] });
    expect(client.conversations.get()).toMatchObject({ unreadCount: 0, items: [{ seq: 4 }] });
  });

  test('a page that is newer than the frames: nothing goes back, nothing is doubled', async () => {
    const messageId = say(OTHER, 'one');
    const { client, link } = await openChat(server);
    const frames = [
      server.edit(id, messageId, 'two'),
      server.react(id, OTHER, messageId, '👍', true),
      server.edit(id, messageId, 'three'),
    ];
    const thread = client.thread(id);
    await thread.load();
    const seen: string[] = [];
    thread.state.subscribe(({ messages }) => seen.push(...contents(messages)));
    for (const frame of [...frames, ...frames]) tell(link, frame);
    expect(new Set(seen)).toEqual(new Set(['sent three']));
    expect(shown(thread, messageId).reactions).toEqual([{ emoji: '👍', userIds: [OTHER] }]);
    expect(client.conversations.get().items[0]).toMatchObject({ seq: 4 });
  });
});

/** A thread of which a page of older ones is on its way, made before what happens now. */
async function growing() {
  for (let i = 0; i < 250; i += 1) say(i % 2 ? ME : OTHER, `${i}`);
  const opened = await openChat(server);
  const thread = opened.client.thread(id);
  await thread.load();
  await thread.loadOlder();
  server.delayMs = () => 1_000;
  const loading = thread.loadOlder();
  await pass(10);
  server.delayMs = () => 0;
  return { ...opened, thread, loading, old: server.of(id).messages[50]?.id ?? '' };
}

describe('while a page is on its way', () => {
  test('one of it is deleted: it stays deleted', async () => {
    const { link, thread, loading, old } = await growing();
    tell(link, server.delete(id, old));
    await pass(1_000);
    await loading;
    expect(shown(thread, old)).toMatchObject({ content: '', deletedAt: expect.any(String) });
  });

  test('one of it is changed behind a hole that is read meanwhile: it is read again', async () => {
    const { link, thread, loading, old } = await growing();
    server.send(id, OTHER, 'missing');
    tell(link, server.react(id, OTHER, old, '👍', true));
    await pass(2_000);
    await loading;
    expect(shown(thread, old).reactions).toHaveLength(1);
    expect(thread.state.get().messages).toHaveLength(251);
  });

  test('what is not in it is missed: all that is shown is read again', async () => {
    const { client, link, thread, old } = await openLong();
    link.down();
    say(OTHER, 'new');
    server.delete(id, old);
    link.up(false);
    await pass(100);
    expect(thread.state.get().messages).toHaveLength(251);
    expect(shown(thread, old).content).toBe('');
    expect(client.conversations.get().unreadCount).toBe(250);
  });

  test('only a message is missing, and what waits for it concerns an old one: one page is enough', async () => {
    const { link, thread, old } = await openLong();
    server.requests.length = 0;
    server.send(id, OTHER, 'missing');
    tell(link, server.react(id, OTHER, old, '👍', true));
    expect(shown(thread, old).reactions).toEqual([]);
    await pass(100);
    expect(shown(thread, old).reactions).toHaveLength(1);
    // The conversation, and a page.
    expect(server.requests).toHaveLength(2);
    expect(contents(thread.state.get().messages).at(-1)).toBe('sent missing');
  });
});

describe('what this user does', () => {
  test('is shown when the promise resolves, without a connection too', async () => {
    const mine = say(ME, 'one');
    const theirs = say(OTHER, 'two');
    const { client, link } = await openChat(server);
    link.down();
    const thread = client.thread(id);
    await thread.load();
    await thread.edit(mine, 'eins');
    expect(shown(thread, mine)).toMatchObject({ content: 'eins', editedAt: expect.any(String) });
    await thread.addReaction(theirs, '👨‍👩‍👧');
    await thread.addReaction(theirs, '👨‍👩‍👧');
    const reactions = [{ emoji: '👨‍👩‍👧', userIds: [ME] }];
    expect(shown(thread, theirs)).toMatchObject({ reactions });
    expect(client.conversations.get().items[0]?.lastMessage).toMatchObject({ reactions });
    await thread.removeReaction(theirs, '👨‍👩‍👧');
    expect(shown(thread, theirs).reactions).toEqual([]);
    await thread.delete(mine);
    expect(shown(thread, mine)).toMatchObject({ content: '', deletedAt: expect.any(String) });
    const before = thread.state.get();
    for (const change of server.of(id).changes) tell(link, server.replayed(change));
    expect(thread.state.get()).toEqual(before);
    expect(client.conversations.get().items[0]).toMatchObject({ seq: 6, unreadCount: 1 });
  });

  test('the answer is older than what came meanwhile: that stays', async () => {
    const mine = say(ME, 'one');
    const { client, link } = await openChat(server);
    tellAll(link);
    const thread = client.thread(id);
    await thread.load();
    server.delayMs = () => 1_000;
    const editing = thread.edit(mine, 'two');
    await pass(10);
    tell(link, server.react(id, OTHER, mine, '👍', true));
    tell(link, server.edit(id, mine, 'three'));
    await pass(1_000);
    await editing;
    expect(shown(thread, mine)).toMatchObject({
      content: 'three',
      reactions: [{ emoji: '👍', userIds: [OTHER] }],
    });
  });

  test('and of what was missed meanwhile it takes nothing away', async () => {
    const mine = say(ME, 'one');
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    server.delayMs = () => 1_000;
    const editing = thread.edit(mine, 'two');
    await pass(10);
    server.delayMs = () => 0;
    link.down();
    server.react(id, OTHER, mine, '👍', true);
    link.up(false);
    await pass(1_000);
    await editing;
    expect(shown(thread, mine)).toMatchObject({ content: 'two', reactions: [{ emoji: '👍' }] });
  });

  test('what is read stays read', async () => {
    const mine = say(ME, 'one');
    const { client, link } = await openChat(server);
    tellAll(link);
    const thread = client.thread(id);
    await thread.load();
    server.delayMs = () => 1_000;
    const editing = thread.edit(mine, 'two');
    await pass(10);
    tell(link, server.read(id, OTHER, mine));
    await pass(1_000);
    await editing;
    expect(contents(thread.state.get().messages)).toEqual(['read two']);
  });

  test('asks with the methods and paths of docs/protocol.md', async () => {
    const asked: string[] = [];
    const mine = say(ME, 'one');
    const { client } = await openChat(server, {
      fetch: (url, init) => {
        asked.push(`${init?.method} ${new URL(url as string).pathname.replace(mine, ':id')}`);
        return server.fetch(url, init);
      },
    });
    asked.length = 0;
    const thread = client.thread(id);
    await thread.edit(mine, 'two');
    await thread.addReaction(mine, '🇨🇭');
    await thread.removeReaction(mine, '🇨🇭');
    await thread.delete(mine);
    const path = `/api/conversations/${id}/messages/:id`;
    const emoji = encodeURIComponent('🇨🇭');
    expect(asked).toEqual([
      `PATCH ${path}`,
      `PUT ${path}/reactions/${emoji}`,
      `DELETE ${path}/reactions/${emoji}`,
      `DELETE ${path}`,
    ]);
  });

  test('what the server refuses rejects, and changes nothing', async () => {
    const [mine, theirs] = [say(ME, 'one'), say(OTHER, 'two')];
    server.delete(id, mine);
    const { client } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const before = thread.state.get();
    await expect(thread.edit(mine, 'x')).rejects.toMatchObject({
      name: 'ParleyError',
      code: 'conflict',
      message: 'the message was deleted',
    });
    await expect(thread.delete(theirs)).rejects.toMatchObject({ code: 'invalid_message' });
    expect(thread.state.get()).toBe(before);
  });

  test.each([
    ['blank', (thread: Thread) => thread.edit('x', ' \n'), 'invalid_message'],
    ['too long', (thread: Thread) => thread.edit('x', 'é'.repeat(2_049)), 'message_too_large'],
    ['no emoji', (thread: Thread) => thread.addReaction('x', ''), 'invalid_message'],
    ['half an emoji', (thread: Thread) => thread.addReaction('x', '\ud83d'), 'invalid_message'],
    ['half of one', (thread: Thread) => thread.removeReaction('x', '\ud83d'), 'invalid_message'],
  ])('%s: refused at once', async (_, change, code) => {
    const { client } = await openChat(server);
    server.requests.length = 0;
    await expect(change(client.thread(id))).rejects.toMatchObject({ code });
    expect(server.requests).toEqual([]);
  });

  test('too many: waits as told', async () => {
    const mine = say(ME, 'one');
    const { client } = await openChat(server);
    const body = { code: 'rate_limited', retryAfterMs: 900 };
    server.fail = () => ({ status: 429, body });
    const editing = client.thread(id).edit(mine, 'two');
    await pass(500);
    server.fail = () => undefined;
    await pass(500);
    await editing;
    expect(server.of(id).messages[0]?.content).toBe('two');
  });

  test('an abort ends the waiting with its reason', async () => {
    const mine = say(ME, 'one');
    const { client } = await openChat(server);
    server.delayMs = () => 1_000;
    const controller = new AbortController();
    const deleting = client.thread(id).delete(mine, controller);
    controller.abort(new Error('no more'));
    await expect(deleting).rejects.toThrow('no more');
  });
});

describe('refreshAttachments', () => {
  test('gives all of the message fresh URLs, in one request', async () => {
    say(OTHER, 'before');
    server.send(id, OTHER, 'look', undefined, ['a', 'b']);
    say(OTHER, 'after');
    const { client } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const messageId = server.of(id).messages[1]?.id ?? '';
    const before = thread.state.get().messages;
    server.files.signature = 'two';
    server.message(id, messageId).attachments = ['a', 'b'].map((each) => server.files.show(each));
    server.requests.length = 0;
    await thread.refreshAttachments(messageId);
    expect(server.requests).toHaveLength(1);
    expect(shown(thread, messageId).attachments.map(({ url }) => url)).toEqual([
      'http://parley/api/attachments/c/a/original?signature=two',
      'http://parley/api/attachments/c/b/original?signature=two',
    ]);
    expect(thread.state.get().messages[0]).toBe(before[0]);
    expect(thread.state.get().messages[2]).toBe(before[2]);
  });

  test('of one that is not loaded nothing', async () => {
    const { client } = await openChat(server);
    server.requests.length = 0;
    await client.thread(id).refreshAttachments('x');
    expect(server.requests).toEqual([]);
  });
});
