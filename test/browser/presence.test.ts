import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../support/proxy.ts';
import { query } from '../support/query.ts';
import type { Inbox } from './support/inbox.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Dots that are seen: in the row, and above the thread. */
const dots =
  ({ page }: Inbox) =>
  (): Promise<number> =>
    page.locator('[part~="online"]').count();
const seen = ({ page }: Inbox) => page.locator('parley-thread [part~="seen"]').first();
/** Longer than a node waits for who has just gone: a page that is loaded again must not flicker. */
const GONE = { timeout: 20_000 };

test('the dot comes and goes on another node, and then it says when', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.conversation('Bicycle').waitFor();
  expect(await dots(bea)()).toBe(0);
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await expect.poll(dots(bea)).toBe(2);
  await expect.poll(dots(sam)).toBe(2);
  expect(await seen(bea).innerText()).toBe('Online');
  // Not by its colour alone.
  await bea.conversation(/Sam\s*Online/).waitFor();
  await sam.page.close();
  await expect.poll(dots(bea), GONE).toBe(0);
  await expect.poll(() => seen(bea).innerText()).toBe('Last seen just now');
  await bea.page.reload();
  await expect.poll(() => seen(bea).innerText()).toMatch(/^Last seen (just now|1 minute ago)$/);
});

test('when somebody was last here is said in the reader’s language, and kept current', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const at = new Date(Date.now() - 5 * 60_000 + 3_000).toISOString();
  await query(
    stage.databaseUrl,
    'INSERT INTO users (id, last_seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET last_seen_at = $2',
    [seller.id, at],
  );
  const [en, de, ar] = await Promise.all([
    stage.visit(buyer, { conversationId }),
    stage.visit(buyer, { conversationId, lang: 'de' }),
    stage.visit(buyer, { conversationId, lang: 'ar' }),
  ]);
  await expect.poll(() => seen(en).innerText()).toMatch(/^Last seen [45] minutes ago$/);
  await expect.poll(() => seen(en).innerText()).toBe('Last seen 5 minutes ago');
  await expect.poll(() => seen(de).innerText()).toBe('Zuletzt online vor 5 Minuten');
  await expect.poll(() => seen(ar).innerText()).toMatch(/^آخر ظهور قبل [5٥] دقائق$/);
});

test('a tab that comes later is told who is here, over the same socket', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  await stage.visit(seller, { url: stage.second.url });
  const context = await stage.newContext();
  const first = await stage.visit(buyer, { context, conversationId });
  await expect.poll(dots(first)).toBe(2);
  const opened = await stage.openedCount();
  const second = await stage.visit(buyer, { context, conversationId });
  await expect.poll(dots(second)).toBe(2);
  expect(await stage.openedCount()).toBe(opened);
});

test('nobody is shown as online while there is no connection', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  await stage.visit(seller, { url: stage.second.url });
  const proxy = await startProxy(stage.first.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const bea = await stage.visit(buyer, { url: proxy.url, conversationId });
  await expect.poll(dots(bea)).toBe(2);
  proxy.close();
  await expect.poll(dots(bea)).toBe(0);
  proxy.open();
  await bea.comeOnline();
  await expect.poll(dots(bea)).toBe(2);
});

test('who hides it is seen neither as here nor as gone', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await expect.poll(dots(bea)).toBe(2);
  await sam.page.getByRole('button', { name: 'Settings' }).click();
  await sam.page.getByRole('switch', { name: 'Hide when I am online' }).check();
  await expect.poll(dots(bea)).toBe(0);
  await expect.poll(() => seen(bea).count()).toBe(0);
  await bea.page.reload();
  await bea.conversation('Bicycle').waitFor();
  await expect.poll(() => seen(bea).count()).toBe(0);
  await sam.page.getByRole('switch', { name: 'Hide when I am online' }).uncheck();
  await expect.poll(dots(bea)).toBe(2);
});
