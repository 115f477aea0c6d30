import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParleyInbox } from '../../src/web/inbox/parley-inbox.ts';
import { FakeWebPush } from '../support/fake-web-push.ts';
import { audit } from './support/audit.ts';
import { Notifications } from './support/notifications.ts';
import { picture } from './support/pictures.ts';
import { Stage } from './support/stage.ts';

const WIDE = { width: 1_200, height: 800 };
const NARROW = { width: 390, height: 844 };

let stage: Stage;
let service: FakeWebPush;
beforeAll(async () => {
  // The page is the node's own.
  service = await FakeWebPush.start();
  stage = await Stage.set(() => ({ ALLOWED_ORIGINS: '', ...service.env }));
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

type Options = Parameters<Stage['newContext']>[0];

/** Opens the demo. Whatever its policy forbids would be a complaint. */
async function open(query: string, options: Options = { viewport: WIDE }): Promise<Page> {
  const context = await stage.newContext(options);
  const page = await context.newPage();
  await page.goto(`${stage.first.url}/${query}`);
  return page;
}

/** Of what the person has not asked about before: then the button says something else, as soon as the list has been read. */
const askAbout = (page: Page | Locator, title: string): Locator =>
  page.getByRole('button', { name: `Ask the seller, about: ${title}` });
const messages = (page: Page | Locator): Locator => page.locator('button.messages');

async function write(page: Page | Locator, text: string): Promise<void> {
  const box = page.locator('parley-composer').getByRole('textbox');
  await box.fill(text);
  await box.press('Enter');
}

test('the buyer asks, the seller sees it in the header and answers', async () => {
  const buyer = await open('?as=buyer');
  const seller = await open('?as=seller');
  await askAbout(buyer, 'Record player').click();
  await write(buyer, 'Does it come with a needle?');
  await expect.poll(() => messages(seller).innerText()).toMatch(/Messages\s+1/);
  expect(await messages(seller).getAttribute('aria-label')).toBe('Messages, 1 unread');
  expect(await seller.title()).toBe('(1) Sam · Flohmarkt');

  await seller.getByText('Does it come with a needle?').first().click();
  await write(seller, 'It does.');
  await buyer.locator('parley-thread').getByText('It does.').first().waitFor();
  await expect.poll(() => seller.title()).toBe('Sam · Flohmarkt');
  await buyer.getByRole('button', { name: 'Open chat, about: Record player' }).waitFor();
});

test('a photo is sent, seen and answered with a reaction', async () => {
  const buyer = await open('?as=buyer');
  await askAbout(buyer, 'Velvet armchair').click();
  await buyer
    .locator('parley-composer input[type=file][multiple]')
    .setInputFiles([picture('place.png', 300, 200)]);
  await buyer.locator('[part~="upload-ready"] img').waitFor();
  await write(buyer, 'Would it fit here?');
  const noor = await open('?as=noor');
  await noor.getByText('Would it fit here?').first().click();
  const photo = noor.locator('[part~="photo"] img');
  await expect.poll(() => photo.evaluate((it) => (it as HTMLImageElement).naturalWidth)).toBe(300);
  await noor.getByRole('button', { name: 'More actions' }).last().click();
  await noor.getByRole('menuitemcheckbox', { name: 'React with 👍' }).click();
  await buyer.getByRole('button', { name: '👍 1, Noor' }).waitFor();
});

test('one cannot ask oneself', async () => {
  const seller = await open('?as=seller');
  await askAbout(seller, 'Velvet armchair').waitFor();
  expect(await askAbout(seller, 'Steel racing bike').count()).toBe(0);
});

test('both side by side in one window', async () => {
  const page = await open('?side-by-side');
  const [buyer, seller] = ['Bea', 'Sam'].map((name) =>
    page.frameLocator(`iframe[title=${name}]`).locator('body'),
  ) as [Locator, Locator];
  await askAbout(buyer, 'Acoustic guitar').click();
  await write(buyer, 'Is it in tune?');
  const seen = seller.locator('parley-inbox').getByText('Is it in tune?');
  await expect.poll(() => seen.count()).toBeGreaterThan(0);
});

test('another language reaches the market, the inbox and other windows', async () => {
  const page = await open('?as=buyer');
  const other = await page.context().newPage();
  await other.goto(`${stage.first.url}/?as=noor`);
  await askAbout(page, 'Moka pot').click();
  await page.locator('parley-thread').getByText('Moka pot').waitFor();
  await page.locator('select[name=language]').selectOption('de');
  await page.locator('parley-thread').getByText('Espressokocher').waitFor();
  await other.getByRole('heading', { name: 'Gutes aus zweiter Hand' }).waitFor();
  await page.locator('select[name=language]').selectOption('ar');
  await expect.poll(() => other.evaluate(() => document.documentElement.dir)).toBe('rtl');
});

test('dark when the reader says so', async () => {
  const page = await open('?as=buyer');
  const background = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(251, 246, 238)');
  await page.locator('select[name=theme]').selectOption('dark');
  await expect.poll(background).toBe('rgb(29, 24, 21)');
  expect(await page.locator('parley-inbox').getAttribute('theme')).toBe('dark');
});

test('on a phone the listings and the inbox take turns, and nothing is cut off', async () => {
  const page = await open('?as=jonas', { viewport: NARROW, hasTouch: true, isMobile: true });
  const isTooWide = (): Promise<boolean> =>
    page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  await askAbout(page, 'Desk lamp').scrollIntoViewIfNeeded();
  const scrolled = await page.evaluate(() => scrollY);
  expect(scrolled).toBeGreaterThan(0);
  expect(await isTooWide()).toBe(false);
  await askAbout(page, 'Desk lamp').tap();
  await page.locator('parley-composer').waitFor();
  expect(await page.getByRole('main').isVisible()).toBe(false);
  await expect.poll(() => page.locator('parley-inbox:focus').count()).toBe(1);
  expect(await isTooWide()).toBe(false);
  await messages(page).tap();
  await page.getByRole('main').waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
});

test("a conversation's title leads to its listing", async () => {
  const page = await open('?as=noor');
  await askAbout(page, '35\u00A0mm film camera').click();
  await page.getByRole('button', { name: 'Wide view' }).click();
  expect(await page.getByRole('main').isVisible()).toBe(false);
  await page.locator('parley-thread').getByRole('link').first().click();
  await expect.poll(() => page.locator('#listing-3').isVisible()).toBe(true);
});

test('notifications can be turned on, and lead to the conversation of whom they are for', async () => {
  const { url } = stage.first;
  const context = await Notifications.newContext(stage, service, url, { viewport: WIDE });
  const page = await context.newPage();
  await page.goto(`${url}/?as=jonas`);
  await askAbout(page, 'Velvet armchair').click();
  await write(page, 'Is it soft?');
  const inbox = page.locator('parley-inbox');
  const conversationId = await inbox.evaluate((it) => (it as ParleyInbox).conversationId);
  await inbox.evaluate((it) => Object.assign(it, { conversationId: undefined }));
  const notifications = await Notifications.of(page);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('Notifications are on.').waitFor();
  await page.keyboard.press('Escape');

  await messages(page).click();
  await inbox.waitFor({ state: 'hidden' });
  const push = { pushId: '1', messageId: '1', seq: 9, title: 'Noor', body: 'It does.' };
  await notifications.deliver({ ...push, conversationId, unreadCount: 1, badge: 1 });
  await expect.poll(notifications.count).toBe(1);
  await notifications.click('Noor');
  await page.locator('parley-composer').waitFor();

  const another = await context.newPage();
  await another.goto(`${url}/#parley=${conversationId}`);
  await another.locator('parley-thread').getByText('Is it soft?').first().waitFor();
  expect(await another.title()).toBe('Jonas · Flohmarkt');
});

test.each([
  ['wide', { viewport: WIDE }],
  ['wide and dark', { viewport: WIDE, colorScheme: 'dark' }],
  ['narrow', { viewport: NARROW }],
  ['narrow, in Arabic', { viewport: NARROW, locale: 'ar' }],
] as const)('axe finds nothing: %s', async (_name, options) => {
  const page = await open('?as=buyer', options);
  await page.locator('.listings li').first().waitFor();
  expect(await audit(page)).toEqual([]);
});
