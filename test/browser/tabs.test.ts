import { afterAll, beforeAll, expect, test } from 'vitest';
import { typing } from './support/inbox.ts';
import { Stage, TALL } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const byNumber = (texts: readonly string[]): string[] =>
  texts.toSorted((a, b) => Number(a) - Number(b));

test('the tabs of a page share one socket, and all of them send and are told', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  const visit = { context, conversationId };
  const opened = await stage.openedCount();
  const tabs = [
    await stage.visit(buyer, visit),
    await stage.visit(buyer, visit),
    await stage.visit(buyer, visit),
  ] as const;
  for (const [i, tab] of tabs.entries()) {
    await tab.send(`from tab ${i}`);
    await expect.poll(() => tab.mark(`from tab ${i}`)).toBe('sent');
  }
  await expect.poll(stage.socketCount).toBe(1);
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  for (const tab of tabs)
    await expect.poll(typing(sam, tab.page.getByText('Sam is typing…').first())).toBe(true);
  await sam.send('to all');
  for (const tab of tabs) {
    await expect.poll(tab.texts).toEqual(['from tab 0', 'from tab 1', 'from tab 2', 'to all']);
    await expect.poll(() => tab.mark('from tab 2')).toBe('read');
  }
  expect(await stage.openedCount()).toBe(opened + 2);
});

test('when the tab with the socket is closed another one goes on, and nothing is lost', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const context = await stage.newContext(TALL);
  const visit = { context, conversationId };
  const leader = await stage.visit(buyer, visit);
  await leader.send('0');
  await expect.poll(() => leader.mark('0')).toBe('sent');
  const follower = await stage.visit(buyer, visit);
  await expect.poll(follower.texts).toEqual(['0']);
  const sam = await stage.visit(seller, {
    url: stage.second.url,
    conversationId,
    context: await stage.newContext(TALL),
  });
  const sent = ['0'];
  for (let i = 1; i <= 20; i += 1) {
    if (i === 10) await leader.page.close();
    const who = i % 2 === 0 ? sam : follower;
    await who.send(`${i}`);
    sent.push(`${i}`);
  }
  await expect.poll(async () => byNumber(await follower.texts())).toEqual(sent);
  await expect.poll(() => follower.mark('19')).toBe('read');
  const stored = await stage.stored(conversationId);
  expect(byNumber(stored)).toEqual(sent);
  await expect.poll(follower.texts).toEqual(stored);
  await expect.poll(sam.texts).toEqual(stored);
  await expect.poll(stage.socketCount).toBe(2);
});

test('a tab that is frozen with the socket is passed over', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  const visit = { context, conversationId };
  const leader = await stage.visit(buyer, visit);
  await leader.send('before');
  await expect.poll(() => leader.mark('before')).toBe('sent');
  const follower = await stage.visit(buyer, visit);
  await expect.poll(follower.texts).toEqual(['before']);
  const devTools = await context.newCDPSession(leader.page);
  await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await follower.send('after');
  await expect.poll(() => follower.mark('after')).toBe('sent');
  const sam = await stage.visit(seller, { conversationId });
  await sam.send('and back');
  await expect.poll(follower.texts).toEqual(['before', 'after', 'and back']);
  await devTools.send('Page.setWebLifecycleState', { state: 'active' });
  await expect.poll(leader.texts).toEqual(['before', 'after', 'and back']);
  await expect.poll(stage.socketCount).toBe(2);
});

test.each(['locks', 'BroadcastChannel'])('without %s each tab has its own socket', async (what) => {
  const { buyer, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  await context.addInitScript((name) => {
    if (name === 'locks') Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    else Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined });
  }, what);
  const visit = { context, conversationId };
  const tabs = [await stage.visit(buyer, visit), await stage.visit(buyer, visit)] as const;
  await tabs[0].send('to the other');
  for (const tab of tabs) {
    await expect.poll(tab.texts).toEqual(['to the other']);
    await expect.poll(() => tab.mark('to the other')).toBe('sent');
  }
  await expect.poll(stage.socketCount).toBe(2);
});

test('the tabs of two people in one browser do not mix', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const visit = { context: await stage.newContext(), conversationId };
  const bea = await stage.visit(buyer, visit);
  const sam = await stage.visit(seller, visit);
  await bea.send('from Bea');
  await sam.send('from Sam');
  for (const [inbox, own] of [
    [bea, 'from Bea'],
    [sam, 'from Sam'],
  ] as const) {
    await expect
      .poll(async () => (await inbox.texts()).toSorted())
      .toEqual(['from Bea', 'from Sam']);
    await expect.poll(() => inbox.mark(own)).toBe('read');
  }
  await expect.poll(stage.socketCount).toBe(2);
});
