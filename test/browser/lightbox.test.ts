import { afterAll, beforeAll, expect, test } from 'vitest';
import { Tray } from './support/files.ts';
import { focused } from './support/focus.ts';
import type { Inbox } from './support/inbox.ts';
import { picture } from './support/pictures.ts';
import { watchPlace } from './support/scrolling.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function sendPhotos(inbox: Inbox, text: string, ...names: readonly string[]): Promise<void> {
  const tray = new Tray(inbox);
  await tray.choose(...names.map((name) => picture(name, 400, 300)));
  await expect.poll(tray.states).toEqual(names.map(() => 'ready'));
  await inbox.send(text);
  await expect.poll(() => inbox.mark(text)).toMatch(/sent|read/);
}

test('photos are looked at one after the other with the keyboard, and the focus comes back', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await sendPhotos(bea, 'two', 'front.png', 'back.png');
  await sendPhotos(bea, 'one', 'bell.png');
  const { page } = bea;
  const dialog = page.getByRole('dialog', { name: 'Photos' });
  const shown = dialog.locator('[part~="lightbox-photo"]');
  await page.getByRole('button', { name: 'Open photo back.png' }).press('Enter');
  await expect.poll(() => shown.getAttribute('alt')).toBe('back.png');
  await expect
    .poll(() => shown.evaluate((one) => (one as HTMLImageElement).naturalWidth))
    .toBe(400);
  await dialog.getByText('2 of 3').waitFor();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => shown.getAttribute('alt')).toBe('bell.png');
  expect(await dialog.getByRole('button', { name: 'Next photo' }).count()).toBe(0);
  await page.keyboard.press('ArrowLeft');
  await dialog.getByRole('button', { name: 'Previous photo' }).click();
  await expect.poll(() => shown.getAttribute('alt')).toBe('front.png');
  expect(await dialog.getByRole('link', { name: 'Download front.png' }).count()).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count()).toBe(0);
  expect((await focused(page)).name).toBe('Open photo back.png');
});

test('a URL that has ended is asked for again, once', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await sendPhotos(bea, 'one', 'bell.png');
  let asked = 0;
  bea.page.on('request', (request) => {
    if (/\/messages\?after=\d+&limit=1$/.test(request.url())) asked += 1;
  });
  await bea.page.route(/\/thumbnail\?/, (route) => route.fulfill({ status: 403 }));
  await bea.page.reload();
  await bea.message('one').waitFor();
  await expect.poll(() => asked).toBe(1);
  await bea.send('after');
  await expect.poll(() => bea.mark('after')).toBe('sent');
  expect(asked).toBe(1);
});

test('photos have their place before they are there: nothing moves when they come', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await sendPhotos(bea, 'one', 'front.png');
  await sendPhotos(bea, 'three', 'a.png', 'b.png', 'c.png');
  await bea.send('after');
  await expect.poll(() => bea.mark('after')).toBe('sent');
  const context = await stage.newContext();
  const held: (() => Promise<void>)[] = [];
  await context.route(/\/thumbnail\?/, (route) => void held.push(() => route.continue()));
  const sam = await stage.visit(seller, { context, url: stage.second.url, conversationId });
  await sam.message('after').waitFor();
  await expect.poll(() => held.length).toBe(4);
  const endWatch = await watchPlace(sam);
  for (const letGo of held) await letGo();
  await expect
    .poll(() =>
      sam.log
        .locator('[part~="photo"] img')
        .evaluateAll(
          (all) => all.filter((one) => (one as HTMLImageElement).naturalWidth > 0).length,
        ),
    )
    .toBe(4);
  const places = await endWatch();
  expect(Math.max(...places) - Math.min(...places)).toBe(0);
});

test('the focus stays in the conversation when the photo is gone by then', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await sendPhotos(bea, 'one', 'front.png');
  const open = sam.page.getByRole('button', { name: 'Open photo front.png' });
  const dialog = sam.page.getByRole('dialog', { name: 'Photos' });
  await open.click();
  await dialog.waitFor();
  // It scrolls away.
  for (let index = 0; index < 40; index += 1) await bea.send(`m${index}`);
  await sam.message('m39').waitFor({ state: 'attached' });
  await sam.page.locator('[part~="photo"]').waitFor({ state: 'detached' });
  await sam.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => focused(sam.page)).toMatchObject({ name: 'Messages with Bea' });
  // It is deleted.
  await sam.page.keyboard.press('Home');
  await open.click();
  await dialog.waitFor();
  await bea.log.press('Home');
  await bea.choose('one', 'Delete');
  const question = bea.page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Delete' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => focused(sam.page)).toMatchObject({ name: 'Messages with Bea' });
});

test('it is closed when the inbox is taken out of the page, and opens again after that', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await sendPhotos(bea, 'one', 'front.png');
  const open = bea.page.getByRole('button', { name: 'Open photo front.png' });
  const dialog = bea.page.getByRole('dialog', { name: 'Photos' });
  await open.click();
  await dialog.waitFor();
  await bea.move();
  await dialog.waitFor({ state: 'detached' });
  await open.click();
  await dialog.waitFor();
  expect(await dialog.evaluate((it) => it.matches(':modal'))).toBe(true);
});

test('a photo that did not come for a moment comes then', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await sendPhotos(bea, 'one', 'front.png');
  const context = await stage.newContext();
  let isAway = true;
  let refused = 0;
  await context.route(/\/thumbnail\?/, (route) => {
    if (!isAway) return route.continue();
    refused += 1;
    return route.fulfill({ status: 204 });
  });
  const sam = await stage.visit(seller, { context, url: stage.second.url, conversationId });
  const photo = sam.message('one').locator('[part~="photo"] img');
  await expect.poll(() => refused).toBeGreaterThan(0);
  await photo.waitFor({ state: 'hidden' });
  isAway = false;
  await photo.waitFor();
  await expect
    .poll(() => photo.evaluate((it) => (it as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
});
