import type { Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Tray } from './support/files.ts';
import { picture, textFile } from './support/pictures.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const isUpload = ({ href }: URL): boolean => /\/attachments\/.*signature=/.test(href);
const HOSTILE = '<img src=x onerror=complain(1)>\u202Egpj.exe';

test('photos and files are dropped, pasted and chosen, and the other sees them', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  const tray = new Tray(bea);
  await bea.composer.waitFor();
  const drop = bea.page.getByText('Drop files here to send them');
  const dragged = await tray.dragOver(picture('bicycle.png', 640, 480));
  await drop.waitFor();
  await tray.drop(dragged);
  await drop.waitFor({ state: 'hidden' });
  await tray.paste(textFile(HOSTILE));
  await tray.choose(picture('saddle.png', 60, 40));
  await expect.poll(tray.states).toEqual(['ready', 'ready', 'ready']);
  await bea.send('Here they are.');
  await expect.poll(() => bea.mark('Here they are.')).toBe('read');
  expect(await tray.states()).toEqual([]);

  const message = sam.message('Here they are.');
  await message.getByRole('button', { name: 'Open photo bicycle.png' }).waitFor();
  const drawn = (): Promise<boolean[]> =>
    message
      .locator('[part~="photo"] img')
      .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth > 0));
  await expect.poll(drawn).toEqual([true, true]);
  const file = message.getByRole('link', { name: /^Download/ });
  expect(await file.locator('[part~="file-name"]').textContent()).toBe(
    HOSTILE.replace('\u202E', ''),
  );
  const answer = await fetch((await file.getAttribute('href')) ?? '');
  expect(await answer.text()).toBe('Paid.');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
});

test('without a text: the list says what it is', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url });
  const tray = new Tray(bea);
  await tray.choose(picture('bicycle.png', 300, 200));
  await expect.poll(tray.states).toEqual(['ready']);
  await bea.page.getByRole('button', { name: 'Send' }).click();
  await sam.conversation(/Photo/).waitFor();
  await tray.choose(textFile('bill.txt'));
  await expect.poll(tray.states).toEqual(['ready']);
  await bea.composer.press('Enter');
  await sam.conversation(/bill\.txt/).waitFor();
  expect(await stage.stored(conversationId)).toEqual(['', '']);
});

test('an upload shows how far it is, is cancelled, fails, and is tried again', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const tray = new Tray(bea);
  const held: Route[] = [];
  await bea.page.route(isUpload, (route) => void held.push(route));
  await tray.choose(picture('one.png', 30, 30), picture('two.png', 30, 30));
  await bea.page.getByRole('progressbar', { name: 'Uploading one.png' }).waitFor();
  await expect.poll(() => held.length).toBe(2);
  await bea.page.getByRole('button', { name: 'Remove one.png' }).click();
  await expect.poll(tray.states).toEqual(['uploading']);
  // Nothing is sent without it.
  await bea.send('with a photo');
  await bea.page.getByRole('alert').filter({ hasText: 'not ready yet' }).waitFor();
  expect(await bea.composer.inputValue()).toBe('with a photo');
  const refused = { status: 409, contentType: 'application/problem+json' };
  for (const route of held)
    await route.fulfill({ ...refused, body: '{"code":"conflict"}' }).catch(() => undefined);
  await expect.poll(tray.states).toEqual(['failed']);
  await bea.page.unroute(isUpload);
  await bea.page.getByRole('button', { name: 'Try two.png again' }).click();
  await expect.poll(tray.states).toEqual(['ready']);
  await bea.composer.press('Enter');
  await expect.poll(() => bea.mark('with a photo')).toBe('sent');
  await bea.message('with a photo').getByRole('button', { name: 'Open photo two.png' }).waitFor();
});

test('that a file is not ready is said no longer than it is so', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const tray = new Tray(bea);
  const held: Route[] = [];
  await bea.page.route(isUpload, (route) => void held.push(route));
  await tray.choose(picture('one.png', 30, 30));
  await expect.poll(() => held.length).toBe(1);
  await bea.send('with a photo');
  const problem = bea.page.getByRole('alert').filter({ hasText: 'not ready yet' });
  await problem.waitFor();
  for (const route of held) await route.continue();
  await expect.poll(tray.states).toEqual(['ready']);
  await problem.waitFor({ state: 'detached' });
});

test('what is dropped while a message is edited is not opened by the browser instead', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('first');
  await expect.poll(() => bea.mark('first')).toBe('sent');
  await bea.choose('first', 'Edit');
  await bea.page.getByText('Editing a message').waitFor();
  const isKept = await bea.page.locator('parley-thread').evaluate((thread) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'x.txt'));
    const options = { dataTransfer, bubbles: true, composed: true, cancelable: true };
    return ['dragover', 'drop'].map((type) => !thread.dispatchEvent(new DragEvent(type, options)));
  });
  expect(isKept).toEqual([true, true]);
  expect(await new Tray(bea).states()).toEqual([]);
  expect(await bea.page.getByText('Drop files here').count()).toBe(0);
});

test('no more than ten, and it is said when one is refused', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const tray = new Tray(bea);
  const files = Array.from({ length: 11 }, (_, index) => textFile(`${index}.txt`));
  await tray.choose(...files);
  await bea.page.getByText('A message can have 10 files at most.').waitFor();
  await expect.poll(tray.states).toEqual(Array.from({ length: 10 }, () => 'ready'));
  for (let index = 0; index < 10; index += 1)
    await bea.page.getByRole('button', { name: `Remove ${index}.txt` }).click();
  await expect.poll(tray.states).toEqual([]);
  await tray.choose({ ...textFile('fake.png'), mimeType: 'image/png' }, textFile('empty.txt', ''));
  await expect.poll(tray.states).toEqual(['failed', 'failed']);
  for (const text of await tray.uploads.getByRole('alert').allInnerTexts())
    expect(text).toMatch('This file cannot be sent');
});

test('on a phone there is a camera, and what hovers elsewhere is there', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const viewport = { width: 360, height: 640 };
  const context = await stage.newContext({ viewport, hasTouch: true, isMobile: true });
  const bea = await stage.visit(buyer, { context, conversationId });
  await bea.send('Look');
  await expect.poll(() => bea.mark('Look')).toBe('sent');
  const camera = bea.page.getByRole('button', { name: 'Take a photo' });
  const chosen = bea.page.waitForEvent('filechooser');
  await camera.tap();
  await (await chosen).setFiles(picture('now.png', 30, 40));
  await expect.poll(new Tray(bea).states).toEqual(['ready']);
  expect(await bea.page.getByRole('button', { name: 'Emoji' }).count()).toBe(0);
  await bea.message('Look').getByRole('button', { name: 'More actions' }).tap();
  await bea.page.getByRole('menuitem', { name: 'Edit' }).tap();
  await expect.poll(() => bea.composer.inputValue()).toBe('Look');
  expect(await bea.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
