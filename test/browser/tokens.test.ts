import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type User, signToken } from '../support/client.ts';
import type { Inbox } from './support/inbox.ts';
import { type TokenCall, signed } from './support/page-server.ts';
import { Stage } from './support/stage.ts';

/** Of tokens that expire in mid-chat. */
const LIFETIME_S = 4;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());
afterEach(() => {
  stage.market.giveToken = signed;
});

const reasons = ({ id }: User): TokenCall['reason'][] =>
  stage.market.tokenCalls.filter(({ userId }) => userId === id).map(({ reason }) => reason);

const renewals = (user: User): number =>
  reasons(user).filter((reason) => reason === 'expiry').length;

/** Of somebody who was locked out: no node takes it. */
async function refusedToken(userId: string): Promise<string> {
  const [head, body] = (await signToken(userId)).split('.');
  return `${head}.${body}.${randomUUID().replaceAll('-', '')}`;
}

/** Lets so much time pass for the page at once: what it would do by then it does now. */
const later = (inbox: Inbox, ms: number) => inbox.page.clock.fastForward(ms);

test('a token is renewed before it expires, and the chat goes on over the same socket', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  // The client renews it in the last tenth: a second, which a busy machine may need.
  const lifetimeS = 10;
  stage.market.giveToken = ({ userId }) => signToken(userId, lifetimeS);
  const opened = await stage.openedCount();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { conversationId });
  await sam.composer.waitFor();
  const expired = Date.now() + 1_000 * lifetimeS;
  await expect
    .poll(() => Math.min(renewals(buyer), renewals(seller)), { timeout: 15_000 })
    .toBeGreaterThan(0);
  await expect.poll(() => Date.now()).toBeGreaterThan(expired);
  await bea.send('still here');
  await expect.poll(sam.texts).toEqual(['still here']);
  await expect.poll(() => bea.mark('still here')).toBe('read');
  expect(await stage.openedCount()).toBe(opened + 2);
  expect(reasons(buyer)).not.toContain('rejected');
});

test('after 4401 another token is asked for, and the chat goes on', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  stage.market.giveToken = async ({ userId, reason }) => {
    if (userId !== buyer.id || reason === 'rejected') return signToken(userId);
    return reason === 'expiry' ? undefined : signToken(userId, LIFETIME_S);
  };
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('read');
  await expect.poll(() => reasons(buyer)).toContain('rejected');
  await sam.send('after');
  await expect.poll(bea.texts).toEqual(['before', 'after']);
  await bea.send('and on');
  await expect.poll(() => bea.mark('and on')).toBe('read');
  expect(reasons(buyer).filter((reason) => reason === 'rejected')).toEqual(['rejected']);
});

test('who is locked out in mid-chat is told so once, asks no more, and loses nothing written', async () => {
  const { buyer, conversationId } = await stage.newPair();
  stage.market.giveToken = ({ reason, userId }) =>
    reason === 'connect' ? signToken(userId, LIFETIME_S) : refusedToken(userId);
  const context = await stage.newContext();
  await context.clock.install();
  const bea = await stage.visit(buyer, { context, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('sent');
  await bea.bannerSays('You have been signed out');
  const asked = reasons(buyer);
  // Once or twice before it ended, and once after that, unless one was being asked for just then.
  expect(asked.filter((reason) => reason === 'rejected').length).toBeLessThanOrEqual(1);
  expect(asked.length).toBeLessThanOrEqual(4);
  await bea.send('locked out');
  await expect.poll(() => bea.mark('locked out')).toBe('sending');
  for (let minute = 0; minute < 10; minute += 1) await later(bea, 60_000);
  expect(reasons(buyer)).toEqual(asked);

  stage.market.giveToken = signed;
  await bea.page.reload();
  await expect.poll(() => bea.mark('locked out')).toBe('sent');
  expect(await stage.stored(conversationId)).toEqual(['before', 'locked out']);
});

test('whom no node knows from the beginning is told so, after two tokens', async () => {
  const { buyer } = await stage.newPair();
  stage.market.giveToken = ({ userId }) => refusedToken(userId);
  const context = await stage.newContext();
  await context.clock.install();
  const bea = await stage.visit(buyer, { context });
  await bea.bannerSays('You have been signed out');
  expect(reasons(buyer)).toEqual(['connect', 'rejected']);
  await later(bea, 600_000);
  expect(reasons(buyer)).toEqual(['connect', 'rejected']);
});

test('a marketplace that gives no token is asked again, ever more slowly, until it does', async () => {
  const { buyer, conversationId } = await stage.newPair();
  stage.market.giveToken = () => Promise.resolve(undefined);
  const bea = await stage.visit(buyer, { conversationId });
  await bea.bannerSays(/No connection/);
  await expect.poll(() => reasons(buyer).length).toBeGreaterThan(1);
  stage.market.giveToken = signed;
  await bea.comeOnline();
  await bea.send('at last');
  await expect.poll(() => bea.mark('at last')).toBe('sent');
});
