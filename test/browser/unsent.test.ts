import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** What stands between a page and the first node. */
async function line(): Promise<Proxy> {
  const proxy = await startProxy(stage.first.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

const TEXTS = ['first', 'second', 'third'];

test('what is written offline is sent once when there is a network again, in order', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const { url } = await line();
  const bea = await stage.visit(buyer, { url, conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('read');
  await bea.page.context().setOffline(true);
  await bea.bannerSays(/You are offline/);
  for (const text of TEXTS) await bea.send(text);
  await expect.poll(bea.texts).toEqual(['before', ...TEXTS]);
  for (const text of TEXTS) await expect.poll(() => bea.mark(text)).toBe('sending');
  await sam.send('meanwhile');
  await expect.poll(() => sam.mark('meanwhile')).toBe('sent');
  expect(await stage.stored(conversationId)).toEqual(['before', 'meanwhile']);

  await bea.page.context().setOffline(false);
  const all = ['before', 'meanwhile', ...TEXTS];
  await expect.poll(sam.texts).toEqual(all);
  for (const text of TEXTS) await expect.poll(() => bea.mark(text)).toBe('read');
  await expect.poll(bea.texts).toEqual(all);
  expect(await stage.stored(conversationId)).toEqual(all);
});

test('what is unsent survives a reload, and is sent once', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const proxy = await line();
  const bea = await stage.visit(buyer, { url: proxy.url, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('sent');
  proxy.close();
  await bea.bannerSays(/No connection/);
  for (const text of TEXTS) await bea.send(text);
  await expect.poll(() => bea.mark('third')).toBe('sending');
  await expect.poll(bea.kept).toContain('third');
  for (let reloads = 0; reloads < 2; reloads += 1) {
    await bea.page.reload();
    for (const text of TEXTS) await expect.poll(() => bea.mark(text)).toBe('sending');
  }
  expect(await stage.stored(conversationId)).toEqual(['before']);
  proxy.open();
  await bea.comeOnline();
  for (const text of TEXTS) await expect.poll(() => bea.mark(text)).toBe('sent');
  await expect.poll(bea.texts).toEqual(['before', ...TEXTS]);
  expect(await stage.stored(conversationId)).toEqual(['before', ...TEXTS]);
});

test('what was stored and never acknowledged is not stored again when the page comes back', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const proxy = await line();
  const bea = await stage.visit(buyer, { url: proxy.url, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('sent');
  proxy.lose('answers');
  await bea.send('once');
  await expect.poll(() => stage.stored(conversationId)).toEqual(['before', 'once']);
  await expect.poll(() => bea.mark('once')).toBe('sending');
  const address = bea.page.url();
  await bea.page.goto('about:blank');
  proxy.cut();
  await bea.page.goto(address);
  await expect.poll(() => bea.mark('once')).toBe('sent');
  await bea.send('after');
  await expect.poll(() => bea.mark('after')).toBe('sent');
  await expect.poll(bea.texts).toEqual(['before', 'once', 'after']);
  expect(await stage.stored(conversationId)).toEqual(['before', 'once', 'after']);
});

test.each(['before another is opened', 'while another is open'])(
  'what a tab left unsent when it was closed %s, that one sends once',
  async (when) => {
    const { buyer, conversationId } = await stage.newPair();
    const proxy = await line();
    const context = await stage.newContext();
    const visit = { url: proxy.url, conversationId, context };
    const other = when.startsWith('while') ? await stage.visit(buyer, visit) : undefined;
    await other?.composer.waitFor();
    const closing = await stage.visit(buyer, visit);
    await closing.send('before');
    await expect.poll(() => closing.mark('before')).toBe('sent');
    proxy.close();
    await closing.bannerSays(/No connection/);
    for (const text of TEXTS) await closing.send(text);
    await expect.poll(() => closing.mark('third')).toBe('sending');
    await expect.poll(closing.kept).toContain('third');
    await closing.page.close();
    expect(await stage.stored(conversationId)).toEqual(['before']);
    proxy.open();
    const left = other ?? (await stage.visit(buyer, visit));
    for (const text of TEXTS) await expect.poll(() => left.mark(text)).toBe('sent');
    await expect.poll(left.texts).toEqual(['before', ...TEXTS]);
    expect(await stage.stored(conversationId)).toEqual(['before', ...TEXTS]);
  },
);

test('a draft survives a reload', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.composer.fill('not yet\nsent');
  await bea.conversation('Sam').getByText('not yet').waitFor();
  await expect.poll(bea.kept).toContain('not yet');
  await bea.page.reload();
  await expect.poll(() => bea.composer.inputValue()).toBe('not yet\nsent');
  await bea.composer.press('Enter');
  await expect.poll(() => bea.mark('not yet\nsent')).toBe('sent');
  await bea.page.reload();
  await expect.poll(() => bea.mark('not yet\nsent')).toBe('sent');
  expect(await bea.composer.inputValue()).toBe('');
  expect(await stage.stored(conversationId)).toEqual(['not yet\nsent']);
});
