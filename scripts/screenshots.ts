/**
 * Takes the README's pictures, docs/images/*.png, of the demo as `npm start` serves it: `npx tsx scripts/screenshots.ts`, after
 * `npm run build`. Starts all it needs. Look at them before they are committed.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import { findChromium } from '../test/support/chromium.ts';
import { findRedis } from '../test/support/redis.ts';
import { SECRET, startNode } from '../test/support/spawn-node.ts';
import { makeConversations } from './lib/demo-talk.ts';

const WIDE = { width: 1_000, height: 700 };
const NARROW = { width: 390, height: 700 };
const SCHEMES = ['light', 'dark'] as const;

await using disposer = new Disposer();
const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-pictures-'));
disposer.defer(() => rm(stateDir, { recursive: true, force: true }));
await run('chmod', ['755', stateDir]);
const redis = await findRedis();
disposer.defer(() => redis.stop());
const DATABASE_URL = await startEmbeddedPostgres(stateDir, createLogger('warn'), disposer);
const node = await startNode({ DATABASE_URL, REDIS_URL: redis.url, JWT_SECRET: SECRET });
disposer.defer(async () => {
  node.kill('SIGINT');
  await node.exited;
});
await makeConversations(node.url, DATABASE_URL);

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--font-render-hinting=none'],
});
disposer.defer(() => browser.close());
const folder = packagePath('docs/images');
await mkdir(folder, { recursive: true });

for (const colorScheme of SCHEMES) {
  const market = await visit({ viewport: { width: 1_200, height: 720 }, colorScheme });
  await openBike(market);
  await shoot(market, `market-${colorScheme}`);
  await market.setViewportSize(WIDE);
  await market.getByRole('button', { name: 'Wide view' }).click();
  await shoot(market, `wide-${colorScheme}`, 'parley-inbox');

  const phone = await visit({ viewport: NARROW, colorScheme });
  await phone.locator('button.messages').click();
  await phone.getByRole('button', { name: /Steel racing bike/ }).waitFor();
  await shoot(phone, `narrow-list-${colorScheme}`, 'parley-inbox');
  await openBike(phone);
  await shoot(phone, `narrow-${colorScheme}`, 'parley-inbox');
}

async function visit(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  await page.goto(`${node.url}/?as=buyer`);
  return page;
}

async function openBike(page: Page): Promise<void> {
  const messages = page.locator('button.messages');
  if ((await messages.getAttribute('aria-expanded')) === 'false') await messages.click();
  await page.locator('parley-conversation-list').getByText('Steel racing bike').click();
  await page.locator('parley-thread').getByText('See you at six!').first().waitFor();
}

/** @param part what of the page; what is on the screen when left out */
async function shoot(page: Page, name: string, part?: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  // What was out of sight is drawn a frame after it comes into sight.
  await page.waitForTimeout(300);
  const shot = part === undefined ? page : page.locator(part);
  await shot.screenshot({ path: path.join(folder, `${name}.png`) });
}
