import { afterAll, beforeAll, expect, test } from 'vitest';
import { query } from '../support/query.ts';
import { textOf, writeLongThread } from './support/long-thread.ts';
import { drawn, pointAtThread, turnWheel, watchPlace } from './support/scrolling.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('who reads further up keeps the place, is told of what is new, and jumps to it', async () => {
  const pair = await stage.newPair();
  const { buyer, seller, conversationId } = pair;
  await writeLongThread(stage.databaseUrl, pair, 200);
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await bea.message(textOf(200)).waitFor();
  await pointAtThread(bea);
  await turnWheel(bea, -1_500);
  await drawn(bea);
  const endWatch = await watchPlace(bea);
  for (const text of ['news', 'more news']) await sam.send(text);
  await bea.page.getByRole('button', { name: '2 new messages' }).waitFor();
  const places = await endWatch();
  expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
  await expect.poll(() => sam.mark('more news')).toBe('sent');

  await bea.page.getByRole('button', { name: '2 new messages' }).click();
  await expect.poll(() => sam.mark('more news')).toBe('read');
  await expect.poll(() => bea.page.getByRole('button', { name: /new message/ }).count()).toBe(0);
  await expect.poll(async () => (await bea.texts()).at(-1)).toBe('more news');
  // What one writes oneself is shown wherever one is.
  await turnWheel(bea, -1_500);
  await drawn(bea);
  await bea.send('mine');
  await bea.message('mine').waitFor();
  await sam.send('and back');
  await bea.message('and back').waitFor();
});

test('days are told apart', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('yesterday');
  await bea.send('today');
  await expect.poll(() => bea.mark('today')).toBe('sent');
  await query(
    stage.databaseUrl,
    "UPDATE messages SET created_at = created_at - interval '1 day' WHERE conversation_id = $1 AND seq = 1",
    [conversationId],
  );
  await bea.page.reload();
  await bea.message('today').waitFor();
  expect(await bea.log.getByRole('heading').allInnerTexts()).toEqual(['Yesterday', 'Today']);
});

test('near the limit the bytes are counted, and what is too long stays where it is', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const counter = bea.page.locator('[part~="counter"]');
  await bea.composer.fill('short');
  expect(await counter.innerText()).toBe('');
  await bea.composer.fill('é'.repeat(2_000));
  await expect.poll(() => counter.innerText()).toMatch(/\b96\b/);
  const tooLong = 'é'.repeat(2_049);
  await bea.send(tooLong);
  await expect.poll(() => counter.innerText()).toMatch(/\b2\b/);
  expect(await bea.composer.inputValue()).toBe(tooLong);
  await bea.send('é'.repeat(2_048));
  await expect.poll(() => stage.stored(conversationId)).toEqual(['é'.repeat(2_048)]);
  await expect.poll(() => bea.composer.inputValue()).toBe('');
});

test('from right to left everything is on the other side, and says so in Arabic', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const sam = await stage.visit(seller, { conversationId });
  await sam.send('from Sam');
  const bea = await stage.visit(buyer, { conversationId, lang: 'ar', dir: 'rtl' });
  await bea.send('from Bea');
  await expect.poll(() => bea.mark('from Bea')).toBe('read');
  const left = async (text: string): Promise<number> =>
    (await bea.message(text).locator('[part~="bubble"]').boundingBox())?.x ?? Number.NaN;
  expect(await left('from Bea')).toBeLessThan(await left('from Sam'));
  const [list, log] = [await bea.list.boundingBox(), await bea.log.boundingBox()];
  expect(list?.x).toBeGreaterThan(log?.x ?? Number.NaN);
  expect(await bea.list.getByRole('heading').first().innerText()).toMatch(/[\u0600-\u06FF]/);
});
