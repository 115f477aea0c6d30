import { afterAll, beforeAll, expect, test } from 'vitest';
import { focused, pressUntil } from './support/focus.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const TEXT = 'It is yours.';

test('both react on two nodes, and take it back', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await sam.send(TEXT);
  await expect.poll(() => sam.mark(TEXT)).toBe('read');
  await bea.openMenu(TEXT);
  await bea.page.getByRole('menuitemcheckbox', { name: 'React with ❤️' }).click();
  await expect.poll(() => sam.reactions(TEXT)).toEqual(['❤️ 1, Bea']);
  await sam.page.getByText('Bea reacted to your message with ❤️').waitFor({ state: 'attached' });
  await sam.message(TEXT).getByRole('button', { name: '❤️ 1, Bea' }).click();
  await expect.poll(() => bea.reactions(TEXT)).toEqual(['❤️ 2, You and Sam']);

  const own = bea.message(TEXT).getByRole('button', { name: /❤️ 2/ });
  expect(await own.getAttribute('aria-pressed')).toBe('true');
  await own.click();
  await expect.poll(() => sam.reactions(TEXT)).toEqual(['❤️ 1, You']);
  await sam.page.reload();
  await expect.poll(() => sam.reactions(TEXT)).toEqual(['❤️ 1, You']);
});

test('any emoji of the picker, up to five', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId, lang: 'de' });
  await bea.send(TEXT);
  await expect.poll(() => bea.mark(TEXT)).toBe('sent');
  const react = async (query: string): Promise<void> => {
    await bea.message(TEXT).hover();
    await bea.message(TEXT).getByRole('button', { name: 'Weitere Aktionen' }).click();
    await bea.page.getByRole('menuitem', { name: 'Weitere Reaktionen' }).click();
    await bea.page.getByRole('searchbox', { name: 'Emoji suchen' }).fill(query);
    await bea.page.getByRole('gridcell').first().click();
  };
  const count = async (): Promise<number> => (await bea.reactions(TEXT)).length;
  await react('Fahrrad');
  await expect.poll(count).toBe(1);
  // In English as well; it is taken back.
  await react('bicycle');
  await expect.poll(count).toBe(0);
  for (const [index, query] of ['Fahrrad', 'Rakete', 'Pinguin', 'Banane', 'Eule'].entries()) {
    await react(query);
    await expect.poll(count).toBe(index + 1);
  }
  await react('Katze');
  await bea.page.getByRole('alert').filter({ hasText: 'Mehr Reaktionen' }).waitFor();
});

test('menu and picker with the keyboard alone', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const sam = await stage.visit(seller, { conversationId });
  for (const text of ['one', 'two', 'three']) await sam.send(text);
  await expect.poll(() => sam.mark('three')).toBe('sent');
  const bea = await stage.visit(buyer, { conversationId });
  await bea.message('three').waitFor();
  const { page } = bea;
  const name = async (): Promise<string> => (await focused(page)).name;
  await bea.composer.focus();
  // One stop for all of them; the arrows go on.
  const stops = await pressUntil(page, 'Shift+Tab', 'More actions');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect.poll(name).toBe('React with 👍');
  await page.keyboard.press('ArrowRight');
  stops.push(await focused(page));
  expect(await name()).toBe('React with ❤️');
  await page.keyboard.press('ArrowDown');
  expect(await name()).toBe('Copy text');
  await page.keyboard.press('Escape');
  expect(await name()).toBe('More actions');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Home');
  for (let i = 0; i < 6; i += 1) await page.keyboard.press('ArrowRight');
  expect(await name()).toBe('More reactions');
  await page.keyboard.press('Enter');
  await expect.poll(name).toBe('Search emoji');
  await page.getByRole('gridcell').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  stops.push(await focused(page));
  const chosen = await page.evaluate(() => 0).then(name);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  expect(await name()).toBe('Search emoji');
  await page.keyboard.type(chosen);
  await page.getByRole('gridcell', { name: chosen, exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await bea.reactions('two')).length).toBe(1);
  expect(await name()).toBe('More actions');
  expect(stops.filter(({ isSeen }) => !isSeen)).toEqual([]);

  // Where one writes it stands at the caret.
  await bea.composer.fill('ab');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search emoji' }).fill('bicycle');
  await page.keyboard.press('Enter');
  await expect.poll(() => bea.composer.inputValue()).toBe('a🚲b');
});
