import { afterAll, beforeAll, expect, test } from 'vitest';
import { typing } from './support/inbox.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('two people on two nodes chat, and see what the other has read', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('Is it still there?');
  await expect.poll(() => bea.mark('Is it still there?')).toBe('sent');
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await expect.poll(sam.texts).toEqual(['Is it still there?']);
  await expect.poll(() => bea.mark('Is it still there?')).toBe('read');
  await sam.send('It is.\nCome and see it.');
  await expect.poll(bea.texts).toEqual(['Is it still there?', 'It is.\nCome and see it.']);
  await expect.poll(() => sam.mark('It is.\nCome and see it.')).toBe('read');
  expect(await stage.stored(conversationId)).toEqual([
    'Is it still there?',
    'It is.\nCome and see it.',
  ]);
});

test('typing is seen while it lasts, in the thread and in the list', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  const inThread = bea.page.getByText('Sam is typing…').first();
  const inList = bea.conversation('Sam').getByText('typing…');
  await expect.poll(typing(sam, inThread)).toBe(true);
  await inList.waitFor();
  await sam.send('Hello');
  await expect.poll(bea.texts).toEqual(['Hello']);
  await inThread.waitFor({ state: 'hidden' });
  await expect.poll(typing(sam, inThread)).toBe(true);
  // He stops.
  await inThread.waitFor({ state: 'hidden' });
  await inList.waitFor({ state: 'hidden' });
  expect(await stage.stored(conversationId)).toEqual(['Hello']);
});

test('the list shows what is unread and the last message, and comes first what was last active', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const other = await stage.newConversation(buyer, seller, 'Lamp');
  const sam = await stage.visit(seller, { url: stage.second.url });
  await sam.conversation('Bicycle').waitFor();
  const order = () => sam.list.getByText(/^(Bicycle|Lamp)$/).allInnerTexts();
  const bea = await stage.visit(buyer, { conversationId });
  for (const text of ['one', 'two', 'three']) await bea.send(text);
  await sam
    .conversation(/3 unread messages/)
    .filter({ hasText: 'three' })
    .waitFor();
  await expect.poll(order).toEqual(['Bicycle', 'Lamp']);
  await bea.conversation('Lamp').click();
  await bea.page.getByText('No messages yet').first().waitFor();
  await bea.send('And the lamp?');
  await sam
    .conversation(/1 unread message$|1 unread message\b/)
    .filter({ hasText: 'lamp?' })
    .waitFor();
  await expect.poll(order).toEqual(['Lamp', 'Bicycle']);
  expect(await stage.stored(other)).toEqual(['And the lamp?']);

  await sam.conversation('Bicycle').click();
  await expect.poll(sam.texts).toEqual(['one', 'two', 'three']);
  await sam.conversation(/3 unread/).waitFor({ state: 'hidden' });
  await sam.conversation(/1 unread/).waitFor();
  await bea.conversation('Bicycle').click();
  await expect.poll(() => bea.mark('three')).toBe('read');
});

test('what one writes oneself elsewhere appears as well', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const atHome = await stage.visit(buyer, { conversationId });
  const onPhone = await stage.visit(buyer, { url: stage.second.url, conversationId });
  await atHome.send('from home');
  await onPhone.send('from the phone');
  for (const inbox of [atHome, onPhone]) {
    await expect
      .poll(async () => (await inbox.texts()).toSorted())
      .toEqual(['from home', 'from the phone']);
    await expect.poll(() => inbox.mark('from home')).toBe('sent');
    await expect.poll(() => inbox.mark('from the phone')).toBe('sent');
  }
});

test('a conversation that starts elsewhere appears in the list, and can be searched', async () => {
  const { buyer, seller } = await stage.newPair();
  const sam = await stage.visit(seller, { url: stage.second.url });
  await sam.conversation('Bicycle').waitFor();
  await stage.newConversation(buyer, seller, 'Armchair');
  // The title is known to the marketplace a moment after the conversation is to Parley, as it may be in life.
  await expect.poll(() => sam.list.getByText(/^(Bicycle|Armchair|Listing .*)$/).count()).toBe(2);
  const search = sam.page.getByRole('searchbox', { name: 'Search conversations' });
  await search.fill('bicy');
  await expect
    .poll(() => sam.list.getByText(/^(Bicycle|Armchair|Listing .*)$/).allInnerTexts())
    .toEqual(['Bicycle']);
  await search.fill('no such thing');
  await sam.page.getByText('No conversation matches your search').first().waitFor();
});
