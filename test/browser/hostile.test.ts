import { afterAll, beforeAll, expect, test } from 'vitest';
import { newUser, rest } from '../support/client.ts';
import { MARKUP, URLS } from './support/hostile-strings.ts';
import { Stage, TALL } from './support/stage.ts';

/*
 * Whatever runs tells: each calls `complain`, and what the Content-Security-Policy had to stop is a complaint as well. The test then
 * fails when its page is closed (support/complaints.ts).
 */
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set(() => ({ RATE_LIMITS: 'off' }));
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a message is text, whatever is in it', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const path = `/api/conversations/${conversationId}/messages`;
  const strings = [...MARKUP, ...URLS];
  // Half of them are there before, the others come while the page looks.
  const half = Math.floor(strings.length / 2);
  const post = async (texts: readonly string[]): Promise<void> => {
    for (const content of texts)
      expect(await rest(stage.first.url, seller, 'POST', path, { content })).toMatchObject({
        status: 201,
      });
  };
  await post(strings.slice(0, half));
  const context = await stage.newContext(TALL);
  const bea = await stage.visit(buyer, { conversationId, context });
  await post(strings.slice(half));
  await expect.poll(() => bea.contents.allTextContents()).toEqual(strings);
  for (const link of await bea.page.getByRole('link').all()) {
    expect(await link.getAttribute('href')).toMatch(/^https?:\/\//);
    expect(await link.getAttribute('rel')).toMatch(/noopener/);
    expect(strings.join('\n')).toContain(await link.textContent());
  }
  // One's own, through the composer, and as the list's preview.
  const preview = bea.list.locator('[part~="item-preview"]');
  for (const text of MARKUP.slice(0, 5)) {
    await bea.send(text);
    await expect.poll(() => preview.textContent()).toContain(text);
  }
  await expect
    .poll(() => stage.stored(conversationId))
    .toEqual([...strings, ...MARKUP.slice(0, 5)]);
});

test('names, titles, prices and the search are text; addresses that could run are no links and no pictures', async () => {
  const { buyer } = await stage.newPair();
  const sold = await Promise.all(
    URLS.map(async (url, i) => {
      const seller = await newUser();
      const markup = MARKUP[i] ?? '';
      const name = `name ${i} ${markup}`;
      stage.market.people.set(seller.id, { id: seller.id, name, pictureUrl: url });
      const title = `title ${i} ${markup}`;
      await stage.newConversation(buyer, seller, title, { url, pictureUrl: url, price: markup });
      return { name, title, markup };
    }),
  );
  const context = await stage.newContext(TALL);
  // Pictures may be anybody's.
  await context.route(/^https?:\/\/(?!127\.)/, (route) => route.abort());
  const bea = await stage.visit(buyer, { context });
  const header = bea.page.locator('[part~="header"]');
  for (const { name, title, markup } of sold) {
    await bea.list.getByRole('button').filter({ hasText: title }).click();
    await expect.poll(() => header.textContent()).toContain(name);
    expect(await header.textContent()).toContain(title);
    expect(await header.textContent()).toContain(markup);
    expect(await bea.composer.getAttribute('aria-label')).toContain(name);
    for (const link of await bea.page.getByRole('link').all())
      expect(await link.getAttribute('href')).toMatch(/^https?:\/\//);
  }
  for (const picture of await bea.page.locator('img').all())
    expect(await picture.evaluate((img) => (img as HTMLImageElement).src)).toMatch(
      /^(https?:\/\/|data:image\/)/,
    );
  await bea.page.getByRole('searchbox').fill(MARKUP[0] ?? '');
  await expect.poll(() => bea.list.locator('[part~="item-name"]').count()).toBe(1);
});
