/** Unread counts when messages are deleted, before and after they were read. Written from docs/protocol.md. */
import { expect, test } from 'vitest';
import { Chat, twoNodes } from './support/chat.ts';

const nodes = twoNodes();

type Step = `${'read' | 'delete'} ${number}`;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((others) => [item, ...others]),
  );
}

/** Three messages; each step is of one of them. What is read later than a later one changes nothing. */
const orders = permutations<Step>(['read 0', 'read 2', 'delete 0', 'delete 1', 'delete 2']);

/** By the definition: of the other party, above the highest that was read, and not deleted. */
function unread(steps: readonly Step[]): number {
  const did = (what: 'read' | 'delete') =>
    steps.filter((step) => step.startsWith(what)).map((step) => Number(step.at(-1)));
  const upTo = Math.max(-1, ...did('read'));
  return [0, 1, 2].filter((n) => n > upTo && !did('delete').includes(n)).length;
}

/** @returns after each step, whether the counts were what they should be */
async function perform(steps: readonly Step[]): Promise<object[]> {
  const chat = await Chat.create(nodes);
  const ids: string[] = [];
  // What the reader says itself counts for nobody else, deleted or not.
  const own = await chat.send(chat.seller, 'mine');
  for (const content of ['a', 'b', 'c']) ids.push((await chat.send(chat.buyer, content)).id);
  await chat.delete(chat.seller, own.id);
  const seen: object[] = [];
  for (const [i, step] of steps.entries()) {
    const node = i % 2 === 0 ? nodes.first : nodes.second;
    const messageId = ids[Number(step.at(-1))]!;
    const { status } = await (step.startsWith('delete')
      ? chat.delete(chat.buyer, messageId, node)
      : chat.call(chat.seller, 'POST', '/read', { messageId }, node));
    const after = steps.slice(0, i + 1).join(', ');
    const seller = (await chat.state(chat.seller)).unreadCount as number;
    const buyer = (await chat.state(chat.buyer)).unreadCount as number;
    seen.push({ after, status, seller, buyer });
  }
  return seen;
}

test('are exact after every step, in whichever order messages are read and deleted', async () => {
  const left = [...orders];
  const seen: object[] = [];
  const work = async () => {
    for (let steps = left.pop(); steps !== undefined; steps = left.pop())
      seen.push(...(await perform(steps)));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  const expected = orders.flatMap((steps) =>
    steps.map((_, i) => {
      const sofar = steps.slice(0, i + 1);
      return { after: sofar.join(', '), status: 200, seller: unread(sofar), buyer: 0 };
    }),
  );
  expect(seen).toHaveLength(expected.length);
  expect(seen).toEqual(expect.arrayContaining(expected));
});

test('are exact when one reads on one node while the other deletes on another', async () => {
  const chat = await Chat.create(nodes);
  const ids: string[] = [];
  for (let n = 0; n < 40; n += 1) ids.push((await chat.send(chat.buyer, `${n}`)).id);
  await Promise.all([
    ...ids.filter((_, n) => n % 2 === 0).map((id) => chat.delete(chat.buyer, id, nodes.second)),
    ...ids
      .slice(0, 20)
      .map((messageId) => chat.call(chat.seller, 'POST', '/read', { messageId }, nodes.first)),
  ]);
  // 20 to 39 were never read, and half of them are gone.
  expect((await chat.state(chat.seller)).unreadCount).toBe(10);
  const last = { messageId: ids.at(-1) };
  expect((await chat.call(chat.seller, 'POST', '/read', last)).body.unreadCount).toBe(0);
  await chat.send(chat.buyer, 'one more');
  expect((await chat.state(chat.seller)).unreadCount).toBe(1);
});

test('a deleted message that was read says so still, and one that was not may be read', async () => {
  const chat = await Chat.create(nodes);
  const [read, unreadOne] = [await chat.send(chat.buyer, 'a'), await chat.send(chat.buyer, 'b')];
  await chat.call(chat.seller, 'POST', '/read', { messageId: read.id });
  for (const { id } of [read, unreadOne]) await chat.delete(chat.buyer, id);
  expect(await chat.history(chat.buyer)).toMatchObject([
    { id: unreadOne.id, readAt: null },
    { id: read.id, readAt: expect.any(String) },
  ]);
  const { status, body } = await chat.call(chat.seller, 'POST', '/read', {
    messageId: unreadOne.id,
  });
  expect({ status, body }).toMatchObject({ status: 200, body: { unreadCount: 0 } });
});
