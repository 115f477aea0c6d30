import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { query } from '../support/query.ts';
import { focused } from './support/focus.ts';
import type { Inbox } from './support/inbox.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

const options = ({ page }: Inbox): Locator =>
  page.getByRole('button', { name: 'Conversation options' });

async function mute(inbox: Inbox, item: string): Promise<void> {
  await options(inbox).click();
  await inbox.page.getByRole('menuitem', { name: item }).click();
}

/** When it ends, in hours from now; `null`: for good. */
async function hoursLeft(conversationId: string): Promise<number | null | undefined> {
  const [row] = await query<{ hours: string | null }>(
    stage.databaseUrl,
    `SELECT round(extract(epoch FROM nullif(muted_until, 'infinity') - now()) / 3600) AS hours
     FROM notices WHERE conversation_id = $1 AND muted_until IS NOT NULL`,
    [conversationId],
  );
  return row && (row.hours === null ? null : Number(row.hours));
}

test('a muted conversation has its sign and its count, and is not in the total', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const lamp = await stage.newConversation(buyer, seller, 'Lamp');
  const bea = await stage.visit(buyer, { conversationId });
  const total = bea.list.locator('[part~="list-header"] [part~="badge"]');
  const sign = bea.conversation('Bicycle').locator('[part~="muted"]');
  await mute(bea, 'For 8 hours');
  await bea.page.getByText('You will not be notified of this conversation.').waitFor();
  await sign.waitFor();
  expect(await hoursLeft(conversationId)).toBe(8);
  await bea.conversation('Lamp').click();

  const sam = await stage.visit(seller, { conversationId, url: stage.second.url });
  await sam.send('one');
  await bea.conversation(/Muted.*1 unread message/s).waitFor();
  expect(await total.count()).toBe(0);
  const onPhone = await stage.visit(buyer, { url: stage.second.url });
  await onPhone.conversation(/Muted.*1 unread message/s).waitFor();
  expect(await onPhone.list.locator('[part~="list-header"] [part~="badge"]').count()).toBe(0);

  await bea.conversation('Bicycle').click();
  await mute(bea, 'Unmute');
  await sign.waitFor({ state: 'detached' });
  expect(await hoursLeft(conversationId)).toBeUndefined();
  await mute(bea, 'Until I turn it on again');
  await sign.waitFor();
  expect(await hoursLeft(conversationId)).toBeNull();
  expect(await stage.stored(lamp)).toEqual([]);
});

test('the menu by the keyboard alone', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const { page } = bea;
  await options(bea).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toEqual({ name: 'For 1 hour', isSeen: true });
  await page.keyboard.press('ArrowUp');
  await expect
    .poll(() => focused(page))
    .toEqual({ name: 'Until I turn it on again', isSeen: true });
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focused(page)).toEqual({ name: 'For 8 hours', isSeen: true });
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toEqual({ name: 'Conversation options', isSeen: true });
});

test('settings are the user’s, on all devices, and the dialog gives the focus back', async () => {
  const { buyer } = await stage.newPair();
  const timezoneId = 'Asia/Tokyo';
  const bea = await stage.visit(buyer, { context: await stage.newContext({ timezoneId }) });
  const { page } = bea;
  const open = page.getByRole('button', { name: 'Settings' });
  await open.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('switch', { name: 'E-mails' }).uncheck();
  await page.getByRole('switch', { name: 'Quiet hours' }).check();
  await page.getByText('Time zone: Asia/Tokyo').waitFor();
  expect(await page.getByLabel('From').inputValue()).toBe('22:00');
  await page.getByLabel('To').fill('22:00');
  await page.getByRole('alert').filter({ hasText: 'must not be the same' }).waitFor();
  await page.getByLabel('To').fill('06:30');
  await expect
    .poll(async () => {
      const rows = await query<object>(
        stage.databaseUrl,
        'SELECT quiet_from, quiet_to, time_zone, email_off_at IS NOT NULL AS off FROM users WHERE id = $1',
        [buyer.id],
      );
      return rows[0];
    })
    .toEqual({ quiet_from: 22 * 60, quiet_to: 6 * 60 + 30, time_zone: timezoneId, off: true });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toEqual({ name: 'Settings', isSeen: true });

  const phone = await stage.visit(buyer, {
    url: stage.second.url,
    context: await stage.newContext({ viewport: { width: 320, height: 600 }, hasTouch: true }),
  });
  await phone.page.getByRole('button', { name: 'Settings' }).tap();
  const emails = phone.page.getByRole('switch', { name: 'E-mails' });
  await emails.waitFor();
  expect(await emails.isChecked()).toBe(false);
  expect(await phone.page.getByLabel('To').inputValue()).toBe('06:30');
  await phone.page.getByText('Time zone: Asia/Tokyo').waitFor();
  const isTooWide = await phone.page
    .getByRole('dialog')
    .evaluate(
      (it) => it.scrollWidth > it.clientWidth || it.getBoundingClientRect().right > innerWidth,
    );
  expect(isTooWide).toBe(false);
});
