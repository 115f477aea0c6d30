import { afterAll, beforeAll, expect, test } from 'vitest';
import { focused, pressUntil } from './support/focus.ts';
import { refuse } from './support/refuse.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const SEARCH = 'Search conversations';
const COMPOSER = 'Message to Sam';
const LOG = 'Messages with Sam';

test('a conversation is found, opened, read and answered with the keyboard alone', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const lamp = await stage.newConversation(buyer, seller, 'Lamp');
  const sam = await stage.visit(seller, { conversationId: lamp });
  for (let i = 0; i < 30; i += 1) await sam.send(`${i}`);
  await expect.poll(() => sam.mark('29')).toBe('sent');
  const { page, list, log, contents } = await stage.visit(buyer);
  await list.getByRole('button', { name: 'Bicycle' }).waitFor();

  const stops = await pressUntil(page, 'Tab', SEARCH);
  await page.keyboard.type('lamp');
  await page.keyboard.press('ArrowDown');
  expect((await focused(page)).name).toContain('Lamp');
  await page.keyboard.press('ArrowUp');
  expect((await focused(page)).name).toBe(SEARCH);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  expect((await focused(page)).name).toContain('Bicycle');
  await page.keyboard.press('Home');
  expect(await focused(page)).toMatchObject({ isSeen: true });
  await page.keyboard.press('Enter');
  await contents.filter({ hasText: /^29$/ }).waitFor();
  await expect.poll(() => focused(page)).toMatchObject({ name: COMPOSER, isSeen: true });

  await page.keyboard.type('one');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two');
  await page.keyboard.press('Enter');
  await expect.poll(() => contents.last().innerText()).toBe('one\ntwo');
  expect((await focused(page)).name).toBe(COMPOSER);

  stops.push(...(await pressUntil(page, 'Shift+Tab', LOG)));
  const top = () => log.evaluate(({ scrollTop }) => scrollTop);
  const before = await top();
  await page.keyboard.press('PageUp');
  await expect.poll(top).toBeLessThan(before);
  stops.push(...(await pressUntil(page, 'Shift+Tab', SEARCH)));
  stops.push(...(await pressUntil(page, 'Tab', 'Send')));
  expect(stops.filter(({ isSeen }) => !isSeen)).toEqual([]);
  expect(await stage.stored(conversationId)).toEqual([]);
  expect((await stage.stored(lamp)).at(-1)).toBe('one\ntwo');
});

test('on a narrow screen the keyboard leads into a conversation and back to where it was', async () => {
  const { buyer, seller } = await stage.newPair();
  await stage.newConversation(buyer, seller, 'Lamp');
  const context = await stage.newContext({ viewport: { width: 360, height: 640 } });
  const { page, list, composer } = await stage.visit(buyer, { context });
  await list.getByRole('button', { name: 'Bicycle' }).waitFor();
  await pressUntil(page, 'Tab', SEARCH);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  expect((await focused(page)).name).toContain('Bicycle');
  await page.keyboard.press('Enter');
  await composer.waitFor();
  await expect.poll(() => list.isVisible()).toBe(false);
  const stops = await pressUntil(page, 'Shift+Tab', 'Back to all conversations');
  await page.keyboard.press('Enter');
  await expect.poll(() => composer.isVisible()).toBe(false);
  await expect.poll(async () => (await focused(page)).name).toContain('Bicycle');
  expect([...stops, await focused(page)].filter(({ isSeen }) => !isSeen)).toEqual([]);
});

test('a message that was refused is sent again or deleted with the keyboard', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  await refuse(context, 'No.');
  const bea = await stage.visit(buyer, { context, conversationId });
  await bea.send('No.');
  await expect.poll(() => bea.mark('No.')).toBe('failed');
  const stops = await pressUntil(bea.page, 'Shift+Tab', 'Try again');
  await bea.page.keyboard.press('Enter');
  await expect.poll(() => bea.mark('No.')).toBe('failed');
  stops.push(...(await pressUntil(bea.page, 'Tab', 'Delete')));
  await bea.page.keyboard.press('Space');
  await expect.poll(bea.texts).toEqual([]);
  expect((await focused(bea.page)).name).not.toBe('');
  expect(stops.filter(({ isSeen }) => !isSeen)).toEqual([]);
  expect(await stage.stored(conversationId)).toEqual([]);
});
