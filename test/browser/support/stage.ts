import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { inject, onTestFinished } from 'vitest';
import { Disposer } from '../../../src/lib/disposer.ts';
import type { Listing } from '../../../src/web/inbox/directory.ts';
import { type User, newConversation, newUser } from '../../support/client.ts';
import { createDatabase } from '../../support/database.ts';
import { scrape } from '../../support/metrics.ts';
import { clusterEnv } from '../../support/node-process.ts';
import { query } from '../../support/query.ts';
import { type NodeProcess, startNode } from '../../support/spawn-node.ts';
import { watchContext } from './complaints.ts';
import { Inbox } from './inbox.ts';
import { type PageServer, startPageServer } from './page-server.ts';

export interface Pair {
  readonly buyer: User;
  readonly seller: User;
  readonly conversationId: string;
}

export interface Visit {
  /** The node, or what stands before it. Default: the first node. */
  readonly url?: string;
  /** Default: one of its own, as another person's browser. */
  readonly context?: BrowserContext;
  /** Opened at once. */
  readonly conversationId?: string;
  readonly lang?: string;
  readonly dir?: 'rtl';
  readonly theme?: 'light' | 'dark';
}

/** Of a window that shows more than a hundred messages at once. */
export const TALL = { viewport: { width: 1_000, height: 6_000 } };

/** What a file of tests needs: two nodes on a database of their own, a marketplace's server, and a browser. */
export class Stage implements AsyncDisposable {
  readonly first: NodeProcess;
  readonly second: NodeProcess;
  readonly databaseUrl: string;
  readonly market: PageServer;
  readonly browser: Browser;
  readonly #disposer: Disposer;

  private constructor(
    [first, second]: readonly [NodeProcess, NodeProcess],
    databaseUrl: string,
    market: PageServer,
    browser: Browser,
    disposer: Disposer,
  ) {
    this.first = first;
    this.second = second;
    this.databaseUrl = databaseUrl;
    this.market = market;
    this.browser = browser;
    this.#disposer = disposer;
  }

  /** @param env of each of the two nodes */
  static async set(
    env: (index: number) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<Stage> {
    const disposer = new Disposer();
    const market = await startPageServer();
    disposer.defer(() => market[Symbol.asyncDispose]());
    const databaseUrl = await createDatabase();
    const nodeEnv = { ...clusterEnv(databaseUrl), ALLOWED_ORIGINS: market.origin };
    const start = async (index: number): Promise<NodeProcess> => {
      const node = await startNode({ ...nodeEnv, ...env(index) });
      disposer.defer(async () => {
        node.kill('SIGKILL');
        await node.exited;
      });
      return node;
    };
    const [browser, ...nodes] = await Promise.all([launch(inject('chromium')), start(0), start(1)]);
    disposer.defer(() => browser.close());
    return new Stage(nodes, databaseUrl, market, browser, disposer);
  }

  /** A buyer and a seller, who have names, with a conversation about a listing, which has a title. */
  async newPair(): Promise<Pair> {
    const [buyer, seller] = await Promise.all([newUser(), newUser()]);
    this.market.people.set(buyer.id, { id: buyer.id, name: 'Bea' });
    this.market.people.set(seller.id, { id: seller.id, name: 'Sam' });
    const conversationId = await this.newConversation(buyer, seller, 'Bicycle');
    return { buyer, seller, conversationId };
  }

  /** @param listing what else the marketplace says of it */
  async newConversation(
    buyer: User,
    seller: User,
    title: string,
    listing: Partial<Listing> = {},
  ): Promise<string> {
    const id = await newConversation(this.first.url, buyer, seller);
    const [row] = await query<{ listing_id: number }>(
      this.databaseUrl,
      'SELECT listing_id FROM conversations WHERE id = $1',
      [id],
    );
    const listingId = row?.listing_id ?? 0;
    this.market.listings.set(listingId, { id: listingId, title, price: '€ 120', ...listing });
    return id;
  }

  /** A browser profile of one person, closed after the test, which fails if a page of it complained. */
  async newContext(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({ locale: 'en-GB', ...options });
    context.setDefaultTimeout(10_000);
    const complaints = await watchContext(context);
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await photograph(context, task.name);
      await context.close();
      if (complaints.length > 0) throw new Error(`a page complained: ${complaints.join('; ')}`);
    });
    return context;
  }

  /** Opens the marketplace's page as this person. */
  async visit(user: User, visit: Visit = {}): Promise<Inbox> {
    const context = visit.context ?? (await this.newContext());
    const page = await context.newPage();
    const address = new URL('/', this.market.origin);
    const { lang, dir, theme, conversationId, url = this.first.url } = visit;
    const settings = { as: user.id, url, lang, dir, theme, 'conversation-id': conversationId };
    for (const [name, value] of Object.entries(settings))
      if (value !== undefined) address.searchParams.set(name, value);
    await page.goto(address.href);
    return new Inbox(page);
  }

  /** What PostgreSQL has of a conversation, in its order. */
  async stored(conversationId: string): Promise<string[]> {
    const rows = await query<{ content: string }>(
      this.databaseUrl,
      'SELECT content FROM messages WHERE conversation_id = $1 ORDER BY seq',
      [conversationId],
    );
    return rows.map((row) => row.content);
  }

  /** Open sockets on both nodes. */
  readonly socketCount = (): Promise<number> => this.#sum('parley_connections');

  /** Sockets that were ever opened on both nodes: one that was given up at once is one as well. */
  readonly openedCount = (): Promise<number> => this.#sum('parley_connections_opened_total');

  async #sum(metric: string): Promise<number> {
    const scrapes = await Promise.all([this.first, this.second].map(({ url }) => scrape(url)));
    return scrapes.reduce((sum, one) => sum + one.value(metric), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

/** Shows what a test that failed saw. */
async function photograph(context: BrowserContext, name: string): Promise<void> {
  for (const page of context.pages()) {
    const file = path.join(
      tmpdir(),
      'parley-failures',
      `${name.replaceAll(/\W+/g, '-')}-${randomUUID()}.png`,
    );
    await page.screenshot({ path: file }).catch(() => undefined);
    console.error(`${page.url()} was like ${file}`);
  }
}

const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // Chromium's sandbox wants namespaces, which containers and root don't give it; the pages are ours.
    args: ['--no-sandbox'],
  });
