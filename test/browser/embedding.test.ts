import { afterAll, beforeAll, expect, test } from 'vitest';
import type { createClient as CreateClient } from '../../src/client/parley-client.ts';
import type { ParleyInbox } from '../../src/web/inbox/parley-inbox.ts';
import { signToken } from '../support/client.ts';
import type { Inbox } from './support/inbox.ts';
import { textOf, writeLongThread } from './support/long-thread.ts';
import { drawn, holdOlder } from './support/scrolling.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** What a page does with its inbox. */
const withInbox = <A, R>(
  { page }: Inbox,
  act: (inbox: ParleyInbox, argument: A) => R | Promise<R>,
  argument: A,
): Promise<R> => page.locator('parley-inbox').evaluate(act as never, argument) as Promise<R>;

test('a conversation is opened by an id in capitals', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId: conversationId.toUpperCase() });
  await bea.send('hello');
  await expect.poll(() => bea.mark('hello')).toBe('sent');
  expect(await bea.conversation(/Sam/).getAttribute('aria-current')).toBe('true');
});

test('hidden, it loads no history', async () => {
  const pair = await stage.newPair();
  await writeLongThread(stage.databaseUrl, pair, 300);
  const bea = await stage.visit(pair.buyer, { conversationId: pair.conversationId });
  await bea.message(textOf(300)).waitFor();
  const older = await holdOlder(bea);
  await withInbox(bea, (inbox) => (inbox.style.display = 'none'), undefined);
  const sam = await stage.visit(pair.seller, { conversationId: pair.conversationId });
  await sam.send('news');
  await expect.poll(() => bea.list.getByText('news').count()).toBe(1);
  await drawn(bea);
  expect(older.count()).toBe(0);
  await withInbox(bea, (inbox) => (inbox.style.display = ''), undefined);
  await bea.message('news').waitFor();
});

test('another person takes over, with a conversation of their own or without', async () => {
  const [first, second] = [await stage.newPair(), await stage.newPair()];
  const page = await stage.visit(first.buyer, { conversationId: first.conversationId });
  await page.send('of the first');
  await expect.poll(() => page.mark('of the first')).toBe('sent');

  const takeOver = async (userId: string, conversationId: string | undefined): Promise<void> =>
    withInbox(
      page,
      async (inbox, { token, url, id }) => {
        const { createClient } = globalThis as unknown as { createClient: typeof CreateClient };
        const before = inbox.client;
        inbox.client = createClient({ url, token: () => Promise.resolve(token) });
        if (id !== undefined) inbox.conversationId = id;
        await before?.close();
      },
      { token: await signToken(userId), url: stage.first.url, id: conversationId },
    );
  await takeOver(second.buyer.id, second.conversationId);
  await page.send('of the second');
  await expect.poll(() => page.mark('of the second')).toBe('sent');
  expect(await stage.stored(second.conversationId)).toEqual(['of the second']);

  await takeOver(first.seller.id, undefined);
  await page.page.getByText('Choose a conversation').waitFor();
  await page.list.getByText('of the first').waitFor();
});

test('a text that replaces a long one leaves the thread at its end', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  for (let i = 0; i < 25; i += 1) await bea.send(`${i}`);
  await expect.poll(() => bea.mark('24')).toBe('sent');
  await bea.composer.fill('line\n'.repeat(20));
  await drawn(bea);
  await bea.composer.press('ControlOrMeta+A');
  await bea.page.keyboard.insertText('another line\n'.repeat(20));
  await drawn(bea);
  await drawn(bea);
  const distance = await bea.log.evaluate(
    ({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop,
  );
  expect(distance).toBeLessThan(2);
  expect(await bea.page.getByRole('button', { name: 'Go to the newest message' }).count()).toBe(0);
});

test.each([
  ["other people's", async () => (await stage.newPair()).conversationId],
  ['none', () => Promise.resolve('not-an-id')],
])('a conversation that is %s is not available, and nothing can be written', async (_, find) => {
  const { buyer } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId: await find() });
  await bea.page.getByText('This conversation is not available.').waitFor();
  expect(await bea.composer.count()).toBe(0);
});

test('in a drawer that is closed nothing is read, until it opens', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { conversationId });
  await bea.send('hello');
  await sam.message('hello').waitFor();
  await withInbox(bea, (inbox) => (inbox.style.visibility = 'hidden'), undefined);
  await sam.send('news');
  // No role is found in what is hidden.
  const bubbles = bea.page.locator('parley-thread [part~="bubble"]');
  await expect.poll(() => bubbles.filter({ hasText: 'news' }).count()).toBe(1);
  await drawn(bea);
  const unread = () =>
    withInbox(bea, ({ client }) => client?.conversations.get().unreadCount, undefined);
  expect(await unread()).toBe(1);
  await withInbox(bea, (inbox) => (inbox.style.visibility = ''), undefined);
  await expect.poll(() => sam.mark('news')).toBe('read');
});

test('where there is little room, messages are still seen while one writes', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const context = await stage.newContext({ viewport: { width: 320, height: 256 } });
  const bea = await stage.visit(buyer, { context, conversationId });
  await bea.composer.fill('line\n'.repeat(10));
  await drawn(bea);
  expect((await bea.log.boundingBox())?.height).toBeGreaterThan(60);
});

test('what a listing does not have may be null', async () => {
  const { buyer, seller } = await stage.newPair();
  const nothing = { price: null, url: null, pictureUrl: null };
  const conversationId = await stage.newConversation(buyer, seller, 'Lamp', nothing);
  const bea = await stage.visit(buyer, { conversationId });
  const thread = bea.page.locator('parley-thread');
  await thread.getByText('Lamp').waitFor();
  expect(await thread.getByRole('link').count()).toBe(0);
  expect(await thread.locator('[part="price"], [part="listing-picture"]').count()).toBe(0);
});

test('the focus stays in the inbox when the button that had it goes away', async () => {
  const { buyer } = await stage.newPair();
  const context = await stage.newContext();
  await context.route('**/api/conversations?*', (route) => route.abort());
  const { page, list } = await stage.visit(buyer, { context });
  await list.getByRole('button', { name: 'Try again' }).evaluate((retry: HTMLElement) => {
    retry.focus();
    retry.click();
  });
  await context.unroute('**/api/conversations?*');
  await list.getByText('Bicycle').waitFor();
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('parley-inbox');
});

test('today is yesterday after midnight', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  await context.clock.install();
  const bea = await stage.visit(buyer, { context, conversationId });
  await bea.send('late');
  const day = (): Promise<string[]> => bea.log.getByRole('heading').allInnerTexts();
  await expect.poll(day).toEqual(['Today']);
  await bea.page.clock.fastForward('24:00:00');
  await expect.poll(day).toEqual(['Yesterday']);
});

test('a client that was closed takes no more text away', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('sent');
  await withInbox(bea, ({ client }) => client?.close(), undefined);
  await bea.send('after');
  expect(await bea.composer.inputValue()).toBe('after');
});
