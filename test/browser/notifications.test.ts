import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParleyInbox } from '../../src/web/inbox/parley-inbox.ts';
import { FakeWebPush } from '../support/fake-web-push.ts';
import { query } from '../support/query.ts';
import type { Inbox } from './support/inbox.ts';
import { Notifications } from './support/notifications.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;
let service: FakeWebPush;

beforeAll(async () => {
  service = await FakeWebPush.start();
  stage = await Stage.set(() => ({ ...service.env, ROLE: 'all', PUSH_DELAY_SECONDS: '1' }));
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

const devicesOf = (userId: string) =>
  query<{ token: string }>(stage.databaseUrl, 'SELECT token FROM devices WHERE user_id = $1', [
    userId,
  ]);

async function openSettings({ page }: Inbox) {
  await page.getByRole('button', { name: 'Settings' }).click();
  return page.getByRole('region', { name: 'Notifications on this device' });
}

/** Turned on by a click. */
async function enable(inbox: Inbox): Promise<void> {
  const section = await openSettings(inbox);
  await section.getByRole('button', { name: 'Turn on' }).click();
  await section.getByText('Notifications are on.').waitFor();
  await inbox.page.keyboard.press('Escape');
}

/** A pair of whom the buyer has notifications, and the list open. */
async function openPair() {
  const pair = await stage.newPair();
  const context = await Notifications.newContext(stage, service, stage.market.origin);
  const bea = await stage.visit(pair.buyer, { context });
  const notifications = await Notifications.of(bea.page);
  await enable(bea);
  const payload = (seq: number, pushId = `push ${seq}`) => ({
    pushId,
    conversationId: pair.conversationId,
    messageId: crypto.randomUUID(),
    seq,
    title: 'Sam',
    body: `message ${seq}`,
    unreadCount: 1,
    badge: 1,
  });
  return { ...pair, context, bea, notifications, payload };
}

test('turned on by a click, and a message that is not read is shown', async () => {
  const { buyer, seller, conversationId, notifications } = await openPair();
  const [device] = await devicesOf(buyer.id);
  expect(device?.token).toContain(service.url);
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await sam.send('Still there?');
  const isOurs = ({ token }: { token: string }): boolean => token === device?.token;
  await expect.poll(() => service.received.filter(isOurs).length).toBe(1);
  const push = service.received.find(isOurs);
  await notifications.deliver(push?.payload ?? {});
  await expect
    .poll(notifications.shown)
    .toEqual([expect.objectContaining({ body: 'Still there?', tag: conversationId })]);
  // It is sent again after a crash, and shown once.
  await notifications.deliver(push?.payload ?? {});
  await notifications.click(push?.title ?? '');
  await expect.poll(() => notifications.count()).toBe(0);
});

test('one notification for each conversation, the newest, and none twice', async () => {
  const { notifications, payload } = await openPair();
  const other = { ...payload(1, 'other'), conversationId: crypto.randomUUID(), title: 'Cal' };
  await notifications.deliver(payload(1));
  await notifications.deliver(other);
  await expect.poll(notifications.count).toBe(2);
  await notifications.deliver(payload(3));
  await expect
    .poll(async () => (await notifications.shown()).map(({ body }) => body).toSorted())
    .toEqual(['message 1', 'message 3']);
  // Late, and what was shown and dismissed.
  await notifications.deliver(payload(2));
  await notifications.click('Cal');
  await expect.poll(notifications.count).toBe(1);
  await notifications.deliver(other);
  await notifications.deliver(payload(4));
  await expect
    .poll(async () => (await notifications.shown()).map(({ body }) => body))
    .toEqual(['message 4']);
});

test('a click opens the conversation in the page that is there', async () => {
  const { bea, notifications, payload, conversationId } = await openPair();
  expect(await bea.composer.count()).toBe(0);
  await notifications.deliver(payload(1));
  await expect.poll(notifications.count).toBe(1);
  await notifications.click('Sam');
  await bea.composer.waitFor();
  await expect
    .poll(() =>
      bea.page.locator('parley-inbox').evaluate((it) => (it as ParleyInbox).conversationId),
    )
    .toBe(conversationId);
  await expect.poll(notifications.count).toBe(0);
});

test('what the reader looks at is not shown', async () => {
  const { bea, notifications, payload } = await openPair();
  await bea.conversation('Bicycle').click();
  await bea.composer.waitFor();
  await notifications.deliver(payload(1));
  const other = { ...payload(1, 'other'), conversationId: crypto.randomUUID(), title: 'Cal' };
  await notifications.deliver(other);
  await expect.poll(notifications.shown).toEqual([expect.objectContaining({ title: 'Cal' })]);
});

test('what is read in the page is not shown any more', async () => {
  const { seller, conversationId, bea, notifications, payload } = await openPair();
  const sam = await stage.visit(seller, { conversationId });
  await sam.send('one');
  await bea.conversation(/1 unread/).waitFor();
  await notifications.deliver(payload(1));
  await expect.poll(notifications.count).toBe(1);
  await bea.conversation('Bicycle').click();
  await expect.poll(notifications.count).toBe(0);
  await expect.poll(() => sam.mark('one')).toBe('read');
});

test('turned off again, nothing is pushed there', async () => {
  const { buyer, bea } = await openPair();
  const section = await openSettings(bea);
  await section.getByRole('button', { name: 'Turn off' }).click();
  await section.getByRole('button', { name: 'Turn on' }).waitFor();
  expect(await devicesOf(buyer.id)).toEqual([]);
});

test('another user of the browser has its notifications', async () => {
  const { buyer, seller, context } = await openPair();
  const [device] = await devicesOf(buyer.id);
  await stage.visit(seller, { context });
  await expect.poll(() => devicesOf(seller.id)).toEqual([device]);
  expect(await devicesOf(buyer.id)).toEqual([]);
});

test('denied, the reader is told what helps', async () => {
  const { buyer } = await stage.newPair();
  const context = await Notifications.newContext(stage, service);
  const bea = await stage.visit(buyer, { context });
  await Notifications.deny(bea.page);
  const section = await openSettings(bea);
  await section.getByText(/blocked for this website/).waitFor();
  expect(await section.getByRole('button').count()).toBe(0);
});
