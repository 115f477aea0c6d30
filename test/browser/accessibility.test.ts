import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type User, newUser } from '../support/client.ts';
import { startProxy } from '../support/proxy.ts';
import { audit } from './support/audit.ts';
import { Tray } from './support/files.ts';
import { type Inbox, typing } from './support/inbox.ts';
import { picture, textFile } from './support/pictures.ts';
import { refuse } from './support/refuse.ts';
import { Stage, type Visit } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const WIDE = { width: 1_000, height: 700 };
const NARROW = { width: 360, height: 700 };

const OPTIONS: BrowserContextOptions = {
  viewport: WIDE,
  // What is just appearing has half its contrast.
  reducedMotion: 'reduce',
};

const ALL = [
  { viewport: WIDE, colorScheme: 'light' },
  { viewport: WIDE, colorScheme: 'dark' },
  { viewport: NARROW, colorScheme: 'light' },
  { viewport: NARROW, colorScheme: 'dark' },
] as const;
const [WIDE_LIGHT, , , NARROW_DARK] = ALL;

const TWO = [WIDE_LIGHT, NARROW_DARK] as const;

describe.each([
  { looks: ALL, language: { lang: 'en' } },
  // Colours have no direction.
  { looks: TWO, language: { lang: 'ar', dir: 'rtl' } },
] as const)('axe-core finds nothing in $language.lang', ({ looks, language }) => {
  async function auditAll(
    { page }: Inbox,
    what: string,
    some: typeof ALL | typeof TWO = looks,
  ): Promise<void> {
    for (const { viewport, colorScheme } of some) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      expect(await audit(page), `${what}, ${viewport.width}, ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize(WIDE);
  }
  const visit = async (user: User, more: Visit = {}): Promise<Inbox> =>
    stage.visit(user, { context: await stage.newContext(OPTIONS), ...language, ...more });

  test('in lists and threads', async () => {
    const { buyer, seller, conversationId } = await stage.newPair();
    const url = 'https://example.com/';
    const lamp = await stage.newConversation(buyer, seller, 'Lamp', { url });
    const sam = await stage.visit(seller, { conversationId });
    await sam.send('Look here: https://example.com/bicycle?colour=red');
    await sam.send('There are two of them.');
    await expect.poll(() => sam.mark('There are two of them.')).toBe('sent');

    const list = await visit(buyer);
    await list.conversation('Bicycle').getByText('There are two').waitFor();
    await auditAll(list, 'a list');
    await list.conversation('Lamp').click();
    await list.composer.fill(`a draft, ${'much too long, '.repeat(300)}`);
    await auditAll(list, 'an empty thread and a text that is too long');

    const context = await stage.newContext(OPTIONS);
    await refuse(context, 'No.');
    const thread = await visit(buyer, { context, conversationId });
    await thread.message('There are two of them.').waitFor();
    await thread.send('I come.');
    await expect.poll(() => thread.mark('I come.')).toBe('read');
    await thread.send('No.');
    await expect.poll(() => thread.mark('No.')).toBe('failed');
    const isTyping = thread.page.locator('[part~="typing"]');
    await expect.poll(typing(sam, isTyping)).toBe(true);
    await auditAll(thread, 'a thread');
    expect(await stage.stored(lamp)).toEqual([]);
  });

  test('in menus and dialogs', async () => {
    const { buyer, seller, conversationId } = await stage.newPair();
    const sam = await stage.visit(seller, { conversationId });
    for (const text of ['Look.', 'Gone.']) await sam.send(text);
    await expect.poll(() => sam.mark('Gone.')).toBe('sent');
    await sam.openMenu('Look.');
    await sam.page.getByRole('menuitemcheckbox').first().click();
    await sam.choose('Gone.', 'Delete');
    await sam.page.getByRole('alertdialog').getByRole('button').last().click();

    const bea = await visit(buyer, { conversationId });
    await bea.message('Look.').locator('[part~="reaction"]').waitFor();
    await bea.send('Mine.');
    await expect.poll(() => bea.mark('Mine.')).toBe('read');
    const more = bea.message('Mine.').locator('[part~="message-actions"]');
    await more.click();
    await bea.page.getByRole('menu').waitFor();
    await auditAll(bea, 'a menu over reactions and what was deleted', TWO);
    await bea.page.keyboard.press('End');
    await bea.page.keyboard.press('Enter');
    await auditAll(bea, 'a question', TWO);
    await bea.page.keyboard.press('Escape');
    await more.click();
    await bea.page.getByRole('menuitem').first().click();
    await bea.page.getByRole('gridcell').first().waitFor();
    await auditAll(bea, 'the emoji', TWO);
  });

  test('with who is here, mute and settings', async () => {
    const { buyer, seller, conversationId } = await stage.newPair();
    await stage.visit(seller, { url: stage.second.url });
    const bea = await visit(buyer, { conversationId });
    await bea.page.locator('parley-thread [part~="online"]').waitFor();
    const options = bea.page.locator('[part~="options"]');
    await options.click();
    await bea.page.getByRole('menu').waitFor();
    await auditAll(bea, 'a menu to mute', TWO);
    await bea.page.keyboard.press('Enter');
    await expect.poll(() => bea.list.locator('[part~="muted"]').count()).toBe(1);
    await auditAll(bea, 'a muted conversation with who is here', TWO);
    // On a phone the list is elsewhere.
    await bea.page
      .locator('parley-inbox')
      .evaluate((it) => Object.assign(it, { conversationId: '' }));
    await bea.page.locator('[part~="settings-button"]').click();
    await bea.page.getByRole('switch').nth(1).check();
    await bea.page.locator('#from').waitFor();
    await auditAll(bea, 'settings', TWO);
  });

  test('with files', async () => {
    const { buyer, seller, conversationId } = await stage.newPair();
    const sam = await stage.visit(seller, { conversationId });
    await new Tray(sam).choose(picture('a.png', 90, 60), textFile('b.txt'));
    await expect.poll(new Tray(sam).states).toEqual(['ready', 'ready']);
    await sam.send('Look.');
    const bea = await visit(buyer, { conversationId });
    await bea.page.locator('[part~="photo"]').click();
    await auditAll(bea, 'a photo', TWO);
    await bea.page.keyboard.press('Escape');
    const tray = new Tray(bea);
    await tray.choose(picture('c.png', 90, 60), textFile('empty.txt', ''));
    await expect.poll(tray.states).toEqual(['ready', 'failed']);
    await auditAll(bea, 'files to be sent', TWO);
    await tray.dragOver(textFile('d.txt'));
    await auditAll(bea, 'files over it', TWO);
  });
  test('when there is nothing, and when there is no connection', async () => {
    const { buyer, conversationId } = await stage.newPair();
    const empty = await visit(await newUser());
    await empty.page.locator('[part~="placeholder"]:visible').first().waitFor();
    await auditAll(empty, 'no conversations');

    const proxy = await startProxy(stage.first.url);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const bea = await visit(buyer, { url: proxy.url, conversationId });
    await bea.composer.waitFor();
    proxy.close();
    await bea.send('Now.');
    await bea.banner.getByRole('button').waitFor();
    await expect.poll(() => bea.mark('Now.')).toBe('sending');
    await auditAll(bea, 'no connection');
    await bea.page.reload();
    await bea.banner.getByRole('button').waitFor();
    await auditAll(bea, 'nothing could be loaded');
    await bea.page.context().setOffline(true);
    await bea.banner.getByRole('button').waitFor({ state: 'hidden' });
    await auditAll(bea, 'offline');
  });
});

test('axe-core does find what is wrong', async () => {
  const { buyer } = await stage.newPair();
  const { page, list } = await stage.visit(buyer);
  await list.getByRole('button', { name: 'Bicycle' }).waitFor();
  await list.evaluate(({ shadowRoot }) => shadowRoot?.append(document.createElement('button')));
  expect((await audit(page)).join()).toMatch('button-name');
});
