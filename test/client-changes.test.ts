import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Message,
  type ParleyClient,
  type StoredMessage,
  type Thread,
  createClient,
  memoryStorage,
} from '../src/client/parley-client.ts';
import { type User, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

let first: NodeProcess;
let second: NodeProcess;
beforeAll(async () => {
  const env = clusterEnv(await createDatabase());
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  return async () => {
    for (const node of [first, second]) {
      node.kill('SIGKILL');
      await node.exited;
    }
  };
});

function clientOf(user: User, { url }: { url: string }): ParleyClient {
  const token = (): string => user.token;
  const client = createClient({ url, token, storage: memoryStorage(), WebSocket });
  onTestFinished(() => client.close());
  return client;
}

interface Side {
  readonly client: ParleyClient;
  readonly thread: Thread;
}

/** Two people on two nodes, in one conversation. */
async function twoPeople(): Promise<{
  id: string;
  bea: Side;
  sam: Side;
  buyer: User;
  seller: User;
}> {
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(first.url, buyer, seller);
  const open = async (user: User, node: NodeProcess): Promise<Side> => {
    const client = clientOf(user, node);
    client.connect();
    const thread = client.thread(id);
    await thread.load();
    await expect.poll(() => client.connection.get().status).toBe('live');
    return { client, thread };
  };
  const [bea, sam] = [await open(buyer, first), await open(seller, second)];
  return { id, bea, sam, buyer, seller };
}

const isStored = (message: Message): message is StoredMessage => 'seq' in message;

/** What both see. */
const shown = ({ thread }: Side) =>
  thread.state
    .get()
    .messages.filter(isStored)
    .map(({ content, reactions, editedAt, deletedAt }) => [
      content,
      reactions.map(({ emoji, userIds }) => `${emoji}${userIds.length}`).join(),
      editedAt !== undefined,
      deletedAt !== undefined,
    ]);

test('edits, deletions and reactions reach both, on two nodes, and whoever comes later', async () => {
  const { id, bea, sam, seller } = await twoPeople();
  const one = await bea.thread.send('one');
  const two = await bea.thread.send('two');
  const three = await sam.thread.send('three');
  await bea.thread.edit(one.id, 'eins');
  await sam.thread.addReaction(one.id, '👍🏽');
  await bea.thread.addReaction(three.id, '👨‍👩‍👧');
  await bea.thread.addReaction(three.id, '🇨🇭');
  await bea.thread.removeReaction(three.id, '👨‍👩‍👧');
  await bea.thread.delete(two.id);
  const expected = [
    ['eins', '👍🏽1', true, false],
    ['', '', false, true],
    ['three', '🇨🇭1', false, false],
  ];
  // A frame of a reaction may come after the answer to its removal, and that of the removal after it.
  await expect.poll(() => shown(bea)).toEqual(expected);
  await expect.poll(() => shown(sam)).toEqual(expected);
  // One of the two that bea has sent was deleted unread.
  expect(sam.client.conversations.get().unreadCount).toBe(1);
  await expect(sam.thread.edit(one.id, 'x')).rejects.toMatchObject({ code: 'invalid_message' });
  await expect(bea.thread.edit(two.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
  await expect(bea.thread.addReaction(three.id, 'x')).rejects.toMatchObject({
    code: 'invalid_message',
  });
  const later = clientOf(seller, first);
  later.connect();
  const thread = later.thread(id);
  await thread.load();
  expect(shown({ client: later, thread })).toEqual(expected);
  await expect.poll(() => later.conversations.get().unreadCount).toBe(1);
});

/** The smallest PNG there is. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

test('files: uploaded, sent, shown to both, and gone with the message', async () => {
  const { bea, sam } = await twoPeople();
  const keys = [
    bea.thread.upload(new File([PNG], 'photo.png', { type: 'image/png' })),
    bea.thread.upload(new Blob(['hello'], { type: 'text/plain' }), 'note.txt'),
  ];
  const states = () => bea.thread.state.get().uploads.map(({ state }) => state.status);
  await expect.poll(states).toEqual(['ready', 'ready']);
  const sent = await bea.thread.send('', { uploads: keys });
  expect(sent).toMatchObject({
    content: '',
    attachments: [
      { name: 'photo.png', contentType: 'image/png', width: 1, height: 1 },
      { name: 'note.txt', contentType: 'text/plain', size: 5, thumbnailUrl: undefined },
    ],
  });
  await expect.poll(() => shown(sam)).toHaveLength(1);
  const [got] = sam.thread.state.get().messages;
  const urls = (got?.attachments ?? []).map(({ url }) => url);
  expect(urls.every((url) => url.startsWith(second.url))).toBe(true);
  const statuses = () => Promise.all(urls.map(async (url) => (await fetch(url)).status));
  expect(await (await fetch(urls[1] ?? '')).text()).toBe('hello');
  expect(await statuses()).toEqual([200, 200]);
  await sam.thread.refreshAttachments(sent.id);
  expect(sam.thread.state.get().messages[0]?.attachments).toHaveLength(2);
  await bea.thread.delete(sent.id);
  await expect.poll(() => shown(sam)).toEqual([['', '', false, true]]);
  expect(sam.thread.state.get().messages[0]?.attachments).toEqual([]);
  for (const status of await statuses()) expect(status).toBeGreaterThanOrEqual(400);
});

test('a file that is not what it says, or too large, fails and says why', async () => {
  const { bea } = await twoPeople();
  bea.thread.upload(new File(['no picture'], 'photo.png', { type: 'image/png' }));
  bea.thread.upload(new File([new Uint8Array(26 * 1_024 * 1_024)], 'film.mp4'));
  bea.thread.upload(new File([], 'empty.txt', { type: 'text/plain' }));
  const codes = () =>
    bea.thread.state
      .get()
      .uploads.map(({ state }) => (state.status === 'failed' ? state.error.code : state.status));
  await expect.poll(codes).toEqual(['invalid_message', 'attachment_too_large', 'invalid_message']);
});
