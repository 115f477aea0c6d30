/** Edits, deletions and reactions on two nodes. Written from docs/protocol.md. */
import { expect, test } from 'vitest';
import { Chat, changesUpTo, resume, twoNodes } from './support/chat.ts';
import { type Client, type Frame, connect, rest } from './support/client.ts';
import { nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';

const nodes = twoNodes();
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const aTime = expect.stringMatching(TIME) as string;

const bare = ({ timestamp, ...frame }: Frame): object => {
  expect(timestamp).toMatch(TIME);
  return frame;
};

const hearts = (userIds: string[]) => [{ emoji: '❤️', count: userIds.length, userIds }];
const isDeleted = ({ message }: Frame): boolean => message.deletedAt !== undefined;

test('over WebSocket: each change reaches every socket of both parties once, with its number', async () => {
  const chat = await Chat.create(nodes);
  const sockets = await chat.sockets();
  const [buyers, , , sellers] = sockets;
  const conversationId = chat.id;
  buyers.send({ type: 'send_message', conversationId, content: 'first', clientMessageId: 'k' });
  const { message } = await sellers.next('new_message');
  const messageId = message.id as string;
  const say = async (from: Client, seq: number, frame: object) => {
    from.send({ conversationId, messageId, ...frame });
    for (const socket of sockets) await changesUpTo(socket, conversationId, seq);
  };
  await say(buyers, 2, { type: 'edit_message', content: 'second' });
  await say(sellers, 3, { type: 'add_reaction', emoji: '👍🏽' });
  await say(buyers, 4, { type: 'add_reaction', emoji: '👍🏽' });
  await say(sellers, 5, { type: 'remove_reaction', emoji: '👍🏽' });
  await say(buyers, 6, { type: 'delete_message' });

  const base = { conversationId, messageId };
  const [buyer, seller] = [chat.buyer.id, chat.seller.id];
  for (const socket of sockets) {
    const changes = await changesUpTo(socket, conversationId, 6);
    expect(changes.map(bare)).toEqual([
      { type: 'new_message', conversationId, message, seq: 1 },
      {
        type: 'message_edited',
        conversationId,
        message: { ...message, content: 'second', editedAt: aTime },
        seq: 2,
      },
      { type: 'reaction_added', ...base, userId: seller, emoji: '👍🏽', seq: 3 },
      { type: 'reaction_added', ...base, userId: buyer, emoji: '👍🏽', seq: 4 },
      { type: 'reaction_removed', ...base, userId: seller, emoji: '👍🏽', seq: 5 },
      {
        type: 'message_deleted',
        ...base,
        message: { ...message, content: '', deletedAt: aTime },
        seq: 6,
      },
    ]);
    expect(socket.frames.filter(({ type }) => type === 'error')).toEqual([]);
  }
});

test('over REST: the answer is the message as it is afterwards, and all sockets hear of it', async () => {
  const chat = await Chat.create(nodes);
  const sockets = await chat.sockets();
  const { buyer, seller } = chat;
  const { first, second } = nodes;
  const message = await chat.send(buyer, 'first');
  const answer = (changed: object) => ({
    status: 200,
    body: { conversationId: chat.id, message: { ...message, ...changed } },
  });
  const edited = { content: 'second', editedAt: aTime };
  expect(await chat.edit(buyer, message.id, 'second', second)).toMatchObject(answer(edited));
  expect(await chat.react(seller, message.id, '❤️', first)).toMatchObject(
    answer({ ...edited, reactions: hearts([seller.id]) }),
  );
  expect(await chat.react(buyer, message.id, '❤️', second)).toMatchObject(
    answer({ ...edited, reactions: hearts([seller.id, buyer.id]) }),
  );
  expect(await chat.unreact(seller, message.id, '❤️', second)).toMatchObject(
    answer({ ...edited, reactions: hearts([buyer.id]) }),
  );
  const { body } = await chat.delete(buyer, message.id, second);
  expect(body).toEqual({
    conversationId: chat.id,
    message: { ...message, content: '', deletedAt: aTime },
  });
  for (const socket of sockets) {
    const types = (await changesUpTo(socket, chat.id, 6)).map(({ type, seq }) => [seq, type]);
    expect(types).toEqual([
      [1, 'new_message'],
      [2, 'message_edited'],
      [3, 'reaction_added'],
      [4, 'reaction_added'],
      [5, 'reaction_removed'],
      [6, 'message_deleted'],
    ]);
  }
  for (const user of [buyer, seller]) {
    expect(await chat.history(user, second)).toEqual([body.message]);
    const list = await rest(second.url, user, 'GET', '/api/conversations');
    expect(list.body.conversations).toMatchObject([{ lastMessage: body.message, seq: 6 }]);
  }
});

test('what changes nothing has no number and tells nobody', async () => {
  const chat = await Chat.create(nodes);
  const sockets = await chat.sockets();
  const { buyer, seller } = chat;
  const kept = await chat.send(buyer, 'kept');
  const gone = await chat.send(seller, 'gone');
  await chat.react(seller, kept.id, '🎉');
  await chat.delete(seller, gone.id);
  const before = await chat.history(buyer);

  const repeats = await Promise.all([
    chat.edit(buyer, kept.id, 'kept'),
    chat.delete(seller, gone.id, nodes.second),
    chat.react(seller, kept.id, '🎉', nodes.second),
    chat.unreact(buyer, kept.id, '🎉'),
    chat.unreact(seller, kept.id, '🎈', nodes.second),
  ]);
  for (const { status, body } of repeats) {
    expect(status).toBe(200);
    expect(before).toContainEqual(body.message);
  }
  expect(await chat.history(buyer)).toEqual(before);
  const conversationId = chat.id;
  const [socket] = sockets;
  socket.send({ type: 'edit_message', conversationId, messageId: kept.id, content: 'kept' });
  socket.send({ type: 'remove_reaction', conversationId, messageId: kept.id, emoji: '🎉' });
  await socket.settle();
  await chat.send(buyer, 'next');
  for (const one of sockets) {
    const changes = await changesUpTo(one, chat.id, 5);
    expect(changes.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(one.frames.filter(({ type }) => type === 'error')).toEqual([]);
  }
});

test('a replay shows messages as they are now, reactions as they came, and nothing that was deleted', async () => {
  const chat = await Chat.create(nodes);
  const { buyer, seller } = chat;
  const before = await connect(nodes.first.wsUrl, seller);
  const { cursor } = await before.next('connected');
  before.socket.close();
  const edited = await chat.send(buyer, 'version 1');
  const deleted = await chat.send(buyer, 'unspeakable');
  await chat.edit(buyer, edited.id, 'version 2');
  await chat.edit(buyer, deleted.id, 'unspeakable too');
  await chat.react(seller, edited.id, '👀');
  await chat.react(seller, deleted.id, '🙈');
  await chat.unreact(seller, edited.id, '👀');
  await chat.react(buyer, edited.id, '🇫🇷');
  await chat.edit(buyer, edited.id, 'version 3');
  await chat.delete(buyer, deleted.id);

  const resumed = await resume(nodes.second.wsUrl, seller, cursor as string);
  const changes = await changesUpTo(resumed, chat.id, 10);
  const now = {
    id: edited.id,
    senderId: buyer.id,
    content: 'version 3',
    createdAt: edited.createdAt,
    editedAt: aTime,
    reactions: [{ emoji: '🇫🇷', count: 1, userIds: [buyer.id] }],
  };
  const tombstone = {
    id: deleted.id,
    senderId: buyer.id,
    content: '',
    createdAt: deleted.createdAt,
    deletedAt: aTime,
  };
  const conversationId = chat.id;
  const reaction = (type: string, messageId: string, userId: string, emoji: string) => ({
    type,
    conversationId,
    messageId,
    userId,
    emoji,
  });
  expect(changes.map(bare)).toEqual(
    [
      { type: 'new_message', conversationId, message: now },
      { type: 'new_message', conversationId, message: tombstone },
      { type: 'message_edited', conversationId, message: now },
      { type: 'message_edited', conversationId, message: tombstone },
      reaction('reaction_added', edited.id, seller.id, '👀'),
      reaction('reaction_added', deleted.id, seller.id, '🙈'),
      reaction('reaction_removed', edited.id, seller.id, '👀'),
      reaction('reaction_added', edited.id, buyer.id, '🇫🇷'),
      { type: 'message_edited', conversationId, message: now },
      { type: 'message_deleted', conversationId, messageId: deleted.id, message: tombstone },
    ].map((frame, i) => ({ ...frame, seq: i + 1 })),
  );
  expect(JSON.stringify(resumed.frames)).not.toContain('unspeakable');
});

test('of edits that two nodes make at once the last by number stands, and every earlier text is kept once', async () => {
  const chat = await Chat.create(nodes);
  const [here, there, , seller] = await chat.sockets();
  const { id: messageId } = await chat.send(chat.buyer, 'version 0');
  const perSocket = 40;
  for (let n = 1; n <= perSocket; n += 1) {
    for (const [name, socket] of [
      ['here', here],
      ['there', there],
    ] as const) {
      const content = `version ${n} from ${name}`;
      socket.send({ type: 'edit_message', conversationId: chat.id, messageId, content });
    }
  }
  const total = 1 + 2 * perSocket;
  const changes = await changesUpTo(seller, chat.id, total);
  expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  const [message] = await chat.history(chat.seller);
  const versions = await query<{ seq: number; content: string; reason: string }>(
    nodes.databaseUrl,
    `SELECT seq, content, reason FROM message_versions WHERE conversation_id = $1 ORDER BY seq`,
    [chat.id],
  );
  // Each with the number of what replaced it.
  expect(versions.map(({ seq, reason }) => ({ seq, reason }))).toEqual(
    Array.from({ length: total - 1 }, (_, i) => ({ seq: i + 2, reason: 'edit' })),
  );
  const texts = [...versions.map(({ content }) => content), message.content as string];
  expect(new Set(texts).size).toBe(total);
  for (const name of ['here', 'there'])
    expect(texts.filter((text) => text.endsWith(` ${name}`))).toEqual(
      Array.from({ length: perSocket }, (_, i) => `version ${i + 1} from ${name}`),
    );
  // A frame that overtook another makes that one be read from PostgreSQL, which shows what is there by then.
  const shown = changes.map((frame) => texts.indexOf(frame['message'].content));
  expect(shown.every((index, i) => index >= i)).toBe(true);
  expect(shown.at(-1)).toBe(total - 1);
});

test('what one socket asks for in a row is done in that order, whatever it is', async () => {
  const chat = await Chat.create(nodes);
  const [buyers, , , sellers] = await chat.sockets();
  const { id: messageId } = await chat.send(chat.buyer, 'version 0');
  const base = { conversationId: chat.id, messageId };
  const rounds = 20;
  for (let n = 1; n <= rounds; n += 1) {
    buyers.send({ ...base, type: 'edit_message', content: `version ${n}` });
    buyers.send({ ...base, type: 'add_reaction', emoji: '👍' });
    buyers.send({ type: 'send_message', conversationId: chat.id, content: `message ${n}` });
    buyers.send({ ...base, type: 'remove_reaction', emoji: '👍' });
  }
  buyers.send({ ...base, type: 'delete_message' });
  const changes = await changesUpTo(sellers, chat.id, 2 + 4 * rounds);
  const round = ['message_edited', 'reaction_added', 'new_message', 'reaction_removed'];
  expect(changes.map(({ type }) => type)).toEqual([
    'new_message',
    ...Array.from({ length: rounds }, () => round).flat(),
    'message_deleted',
  ]);
  expect(buyers.frames.filter(({ type }) => type === 'error')).toEqual([]);
});

test('a repeat of a send is compared with what was first sent, and answered with the message as it is now', async () => {
  const chat = await Chat.create(nodes);
  const [here, there] = await chat.sockets();
  const conversationId = chat.id;
  const content = 'as first sent';
  const message = { type: 'send_message', conversationId, content, clientMessageId: 'key' };
  here.send(message);
  const { message: sent } = await here.next('message_ack');
  await chat.edit(chat.buyer, sent.id, 'as it is now');
  there.send(message);
  const edited = { ...sent, content: 'as it is now', editedAt: aTime };
  expect(await there.next('message_ack')).toMatchObject({ message: edited, seq: 1 });
  const { status, body } = await chat.call(chat.buyer, 'POST', '/messages', {
    content,
    clientMessageId: 'key',
  });
  expect({ status, body }).toMatchObject({ status: 200, body: { message: edited } });

  const conflict = { code: 'conflict', clientMessageId: 'key', conversationId };
  there.send({ ...message, content: 'as it is now' });
  expect(await there.next('error')).toMatchObject(conflict);
  await chat.delete(chat.buyer, sent.id, nodes.second);
  const tombstone = { ...sent, content: '', deletedAt: aTime };
  here.send(message);
  expect(await here.next('message_ack', isDeleted)).toMatchObject({ message: tombstone, seq: 1 });
  for (const other of ['as it is now', '', 'x']) {
    const answer = await chat.call(chat.buyer, 'POST', '/messages', {
      content: other,
      clientMessageId: 'key',
    });
    expect(answer.status).toBe(other === '' ? 400 : 409);
  }
  for (const socket of [here, there]) {
    await socket.settle();
    const changes = await changesUpTo(socket, conversationId, 3);
    expect(changes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  }
});

test('what was deleted is in no answer and no replay, and no text is ever in a log or a metric', async () => {
  const node = await nodeForTest({ ...nodes.env, LOG_LEVEL: 'trace' });
  const chat = await Chat.create(nodes);
  const { buyer, seller } = chat;
  const before = await connect(node.wsUrl, seller);
  const { cursor } = await before.next('connected');
  const body = { content: 'unspeakable 1', clientMessageId: 'key' };
  const { body: sent } = await chat.call(buyer, 'POST', '/messages', body, node);
  const { id: messageId } = sent.message;
  await chat.edit(buyer, messageId, 'unspeakable 2', node);
  await chat.react(seller, messageId, '🙈', node);
  await chat.edit(seller, messageId, 'unspeakable 3', node);
  await chat.delete(buyer, messageId, node);
  const answers = [
    await chat.edit(buyer, messageId, 'unspeakable 4', node),
    await chat.react(seller, messageId, '🙉', node),
    await chat.delete(buyer, messageId, node),
    await chat.call(buyer, 'POST', '/messages', body, node),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 409, 200, 200]);
  for (const url of [node.url, nodes.second.url]) {
    for (const user of [buyer, seller]) {
      const path = `/api/conversations/${chat.id}`;
      answers.push(await rest(url, user, 'GET', '/api/conversations'));
      answers.push(await rest(url, user, 'GET', path));
      answers.push(await rest(url, user, 'GET', `${path}/messages`));
      answers.push(await rest(url, user, 'GET', `${path}/messages?after=0`));
    }
  }
  expect(JSON.stringify(answers.map((answer) => answer.body))).not.toMatch(/unspeakable|🙈/);
  const resumed = await resume(node.wsUrl, seller, cursor as string);
  await changesUpTo(resumed, chat.id, 4);
  expect(JSON.stringify(resumed.frames)).not.toContain('unspeakable');
  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  expect(`${node.output()}\n${metrics}`).not.toMatch(/unspeakable|🙈|🙉/);
  const kept = await query(
    nodes.databaseUrl,
    'SELECT content, reason FROM message_versions WHERE message_id = $1 ORDER BY seq',
    [messageId],
  );
  expect(kept).toEqual([
    { content: 'unspeakable 1', reason: 'edit' },
    { content: 'unspeakable 2', reason: 'delete' },
  ]);
});
