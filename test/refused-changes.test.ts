/** Edits, deletions and reactions that must be refused. Written from docs/protocol.md. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Chat, changesUpTo, twoNodes } from './support/chat.ts';
import { type User, connect, newUser, rest } from './support/client.ts';
import { nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';

const nodes = twoNodes();

const NOT_OWN = 'messageId must be a message of your own';
const NOT_HERE = 'messageId must be a message of this conversation';
const CHANGES = ['edit_message', 'delete_message', 'add_reaction', 'remove_reaction'] as const;
const STATUS = { invalid_message: 400, not_authorized: 403, conflict: 409 } as const;

/** The same asked over WebSocket and over REST must be refused in the same words. @returns them */
async function refusal(
  chat: Chat,
  user: User,
  type: (typeof CHANGES)[number],
  messageId: string,
  code: keyof typeof STATUS,
): Promise<string> {
  const socket = await connect(nodes.second.wsUrl, user);
  const conversationId = chat.id;
  socket.send({ type, conversationId, messageId, content: 'other', emoji: '👍' });
  const frame = await socket.next('error');
  expect(frame).toMatchObject({ code, request: type, conversationId, messageId });
  socket.socket.close();
  const answer = await {
    edit_message: () => chat.edit(user, messageId, 'other'),
    delete_message: () => chat.delete(user, messageId),
    add_reaction: () => chat.react(user, messageId, '👍'),
    remove_reaction: () => chat.unreact(user, messageId, '👍'),
  }[type]();
  expect(answer).toMatchObject({ status: STATUS[code], body: { code, detail: frame['error'] } });
  return frame['error'] as string;
}

test("other people's messages, messages of elsewhere, and none", async () => {
  const [chat, other] = [await Chat.create(nodes), await Chat.create(nodes)];
  const { buyer, seller } = chat;
  const { id } = await chat.send(buyer, 'mine');
  const elsewhere = await other.send(other.buyer, 'elsewhere');
  for (const type of ['edit_message', 'delete_message'] as const) {
    expect(await refusal(chat, seller, type, id, 'invalid_message')).toBe(NOT_OWN);
  }
  for (const type of CHANGES) {
    for (const messageId of [elsewhere.id, randomUUID()])
      expect(await refusal(chat, buyer, type, messageId, 'invalid_message')).toBe(NOT_HERE);
  }
  const stranger = await newUser();
  for (const type of CHANGES) {
    const text = await refusal(chat, stranger, type, id, 'not_authorized');
    expect(text).toBe('not authorized for this conversation');
  }
  expect(await chat.history(buyer)).toMatchObject([{ id, content: 'mine' }]);
  expect((await chat.state(buyer)).seq).toBe(1);
});

test('what was deleted', async () => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'gone');
  await chat.delete(chat.buyer, id);
  for (const [user, type] of [
    [chat.buyer, 'edit_message'],
    [chat.buyer, 'add_reaction'],
    [chat.seller, 'add_reaction'],
  ] as const)
    expect(await refusal(chat, user, type, id, 'conflict')).toMatch(/deleted/);
  expect((await chat.state(chat.buyer)).seq).toBe(2);
});

test('one cannot say that the message was deleted to somebody whose it is not', async () => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'gone');
  await chat.delete(chat.buyer, id);
  for (const type of ['edit_message', 'delete_message'] as const)
    expect(await refusal(chat, chat.seller, type, id, 'invalid_message')).toBe(NOT_OWN);
});

/** As if it had been sent so long before. */
const age = (id: string, minutes: number) =>
  query(
    nodes.databaseUrl,
    `UPDATE messages SET created_at = created_at - $2 * interval '1 minute' WHERE id = $1`,
    [id, minutes],
  );

test('an edit after 15 minutes; a deletion and a reaction at any time', async () => {
  const chat = await Chat.create(nodes);
  const [old, young] = [await chat.send(chat.buyer, 'old'), await chat.send(chat.buyer, 'young')];
  await age(old.id, 15);
  await age(young.id, 14);
  expect(await refusal(chat, chat.buyer, 'edit_message', old.id, 'conflict')).toMatch(/15 minutes/);
  expect((await chat.edit(chat.buyer, young.id, 'edited')).status).toBe(200);
  expect((await chat.react(chat.seller, old.id, '👍')).status).toBe(200);
  expect((await chat.delete(chat.buyer, old.id)).status).toBe(200);
});

test('EDIT_WINDOW_MINUTES: with 0 no edit at all, with -1 always', async () => {
  const [never, always] = await Promise.all(
    ['0', '-1'].map((EDIT_WINDOW_MINUTES) => nodeForTest({ ...nodes.env, EDIT_WINDOW_MINUTES })),
  );
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'text');
  const refused = await chat.edit(chat.buyer, id, 'other', never);
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(refused.body.detail).toMatch(/edit/);
  await age(id, 10_000_000);
  expect((await chat.edit(chat.buyer, id, 'other', always)).status).toBe(200);
  expect((await chat.delete(chat.buyer, id, never)).status).toBe(200);
});

test.each([
  ['a letter', 'a'],
  ['a digit', '1'],
  ['two', '👍👍'],
  ['one and a letter', '👍a'],
  ['a blank beside it', '👍 '],
  ['two flags', '🇫🇷🇩🇪'],
  ['half a flag', '🇫'],
  ['a skin tone and nothing before it, twice', '🏽🏽'],
  ['a joiner alone', '\u200D'],
  ['nothing', ''],
  ['no text', 7],
  ['half a surrogate pair', '\uD83D'],
  ['a long one', `👨${'\u200D👨'.repeat(50)}`],
])('an emoji that is none, or more than one: %s', async (_, emoji) => {
  const chat = await Chat.create(nodes);
  const { id: messageId } = await chat.send(chat.buyer, 'text');
  const socket = await connect(nodes.first.wsUrl, chat.seller);
  for (const type of ['add_reaction', 'remove_reaction']) {
    socket.send({ type, conversationId: chat.id, messageId, emoji });
    expect(await socket.next('error', ({ request }) => request === type)).toMatchObject({
      code: 'invalid_message',
      error: 'emoji must be a single emoji',
    });
  }
  expect((await chat.state(chat.buyer)).seq).toBe(1);
});

test.each(['a', '1', '👍👍', '👍 ', '\u200D'])('REST: the emoji %j', async (emoji) => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'text');
  for (const answer of [
    await chat.react(chat.seller, id, emoji),
    await chat.unreact(chat.seller, id, emoji),
  ])
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_message', detail: 'emoji must be a single emoji' },
    });
});

test('REST: a path that is not percent-encoded, content that is none', async () => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'text');
  const path = `/messages/${id}`;
  const asked = (method: string, subpath: string, body?: object) =>
    chat.call(chat.buyer, method, `${path}${subpath}`, body);
  for (const broken of ['%F0%9F', '%', '%zz'])
    expect((await asked('PUT', `/reactions/${broken}`)).status).toBe(400);
  for (const body of [{}, { content: '' }, { content: ' ' }, { content: 7 }])
    expect(await asked('PATCH', '', body)).toMatchObject({ status: 400 });
  const large = await asked('PATCH', '', { content: 'x'.repeat(4_097) });
  expect(large).toMatchObject({ status: 413, body: { code: 'message_too_large' } });
  expect(await chat.call(chat.buyer, 'DELETE', '/messages/7')).toMatchObject({ status: 400 });
  expect(await asked('POST', '')).toMatchObject({ status: 405 });
  expect(
    (await rest(nodes.first.url, undefined, 'DELETE', `/api/conversations/${chat.id}${path}`))
      .status,
  ).toBe(401);
  expect(await chat.history(chat.buyer)).toMatchObject([{ content: 'text' }]);
});

test('the sixth reaction of one user to one message; the other party has five of its own', async () => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'text');
  const five = ['👍🏿', '👩‍👩‍👧‍👦', '🇫🇷', '1️⃣', '❤️'];
  for (const user of [chat.buyer, chat.seller])
    for (const emoji of five) expect((await chat.react(user, id, emoji)).status).toBe(200);
  const shown = five.map((emoji) => ({
    emoji,
    count: 2,
    userIds: [chat.buyer.id, chat.seller.id],
  }));
  const [message] = await chat.history(chat.seller);
  expect(message.reactions).toEqual(shown);
  expect(await refusal(chat, chat.buyer, 'add_reaction', id, 'conflict')).toMatch(/\b5\b/);
  // What is there is no sixth, and a heart without U+FE0F is the same heart.
  for (const emoji of ['👍🏿', '❤'])
    expect(await chat.react(chat.buyer, id, emoji)).toMatchObject({ status: 200 });
  expect((await chat.state(chat.buyer)).seq).toBe(11);
  await chat.unreact(chat.buyer, id, '🇫🇷');
  expect((await chat.react(chat.buyer, id, '🏴󠁧󠁢󠁥󠁮󠁧󠁿')).status).toBe(200);
  expect((await chat.history(chat.buyer))[0].reactions).toEqual([
    ...shown.slice(0, 2),
    ...shown.slice(3),
    { emoji: '🇫🇷', count: 1, userIds: [chat.seller.id] },
    { emoji: '🏴󠁧󠁢󠁥󠁮󠁧󠁿', count: 1, userIds: [chat.buyer.id] },
  ]);
});

test('of reactions that come from both nodes at once no more than five pass', async () => {
  const chat = await Chat.create(nodes);
  const { id } = await chat.send(chat.buyer, 'text');
  const emojis = ['😀', '😁', '😂', '🤣', '😃', '😄', '😅', '😆', '😉', '😊'];
  const answers = await Promise.all(
    emojis.map((emoji, i) =>
      chat.react(chat.seller, id, emoji, i % 2 === 0 ? nodes.first : nodes.second),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: 5 }, () => 200),
    ...Array.from({ length: 5 }, () => 409),
  ]);
  expect((await chat.history(chat.buyer))[0].reactions).toHaveLength(5);
  expect((await chat.state(chat.buyer)).seq).toBe(6);
});

test('an edit and a deletion at once: the deletion stands, whichever came first', async () => {
  const chat = await Chat.create(nodes);
  const [, , , socket] = await chat.sockets();
  let seq = 0;
  for (let i = 0; i < 20; i += 1) {
    const { id } = await chat.send(chat.buyer, `text ${i}`);
    const [edit, deletion, reaction] = await Promise.all([
      chat.edit(chat.buyer, id, `edited ${i}`, nodes.first),
      chat.delete(chat.buyer, id, nodes.second),
      chat.react(chat.seller, id, '👍', nodes.first),
    ]);
    expect([200, 409]).toContain(edit.status);
    expect([200, 409]).toContain(reaction.status);
    expect(deletion.status).toBe(200);
    seq += 2 + [edit, reaction].filter(({ status }) => status === 200).length;
    const [message] = await chat.history(chat.seller);
    expect(message).toMatchObject({ content: '', deletedAt: expect.any(String) });
    expect(message.reactions).toBeUndefined();
  }
  const changes = await changesUpTo(socket, chat.id, seq);
  expect(changes.map((change) => change['seq'])).toEqual(
    Array.from({ length: seq }, (_, i) => i + 1),
  );
});

test('edits, deletions and reactions count as messages for the limit', async () => {
  const node = await nodeForTest({ ...nodes.env, RATE_LIMITS: 'on' });
  const chat = await Chat.create(nodes);
  const { id: messageId } = await chat.send(chat.buyer, 'text');
  const conversationId = chat.id;
  const socket = await connect(node.wsUrl, chat.buyer);
  for (let i = 0; i < 30; i += 1) {
    socket.send({ type: 'edit_message', conversationId, messageId, content: `${i}` });
    socket.send({ type: 'add_reaction', conversationId, messageId, emoji: '👍' });
    socket.send({ type: 'remove_reaction', conversationId, messageId, emoji: '👍' });
  }
  expect(await socket.next('error')).toMatchObject({
    code: 'rate_limited',
    error: 'too many messages',
    messageId,
    conversationId,
    retryAfterMs: expect.any(Number),
  });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0
        ? chat.react(chat.seller, messageId, '👍', node)
        : chat.unreact(chat.seller, messageId, '👍', node),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  expect(answers.find(({ status }) => status === 429)?.body.code).toBe('rate_limited');
});
