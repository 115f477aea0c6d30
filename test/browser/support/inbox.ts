import type { Locator, Page } from 'playwright-core';

/** What a person finds in an English inbox: by roles, names and parts. */
export class Inbox {
  readonly page: Page;
  readonly list: Locator;
  readonly log: Locator;
  /** What the messages say. */
  readonly contents: Locator;
  readonly composer: Locator;
  readonly banner: Locator;

  constructor(page: Page) {
    this.page = page;
    this.list = page.locator('parley-conversation-list');
    this.log = page.getByRole('log');
    this.contents = this.log.locator('[part~="bubble"] > [dir="auto"]');
    this.composer = page.locator('parley-composer').getByRole('textbox');
    this.banner = page.locator('parley-banner');
  }

  /** A conversation in the list, by what its name has in it. */
  conversation(name: string | RegExp): Locator {
    return this.list.getByRole('button', { name });
  }

  /** The message that says this and nothing else. */
  message(text: string): Locator {
    const said = this.page.getByText(text, { exact: true });
    return this.log.getByRole('article').filter({ has: said });
  }

  /** Takes the element out of the page and puts it back, as frameworks do. */
  readonly move = (): Promise<void> =>
    this.page.locator('parley-inbox').evaluate((element) => {
      const parent = element.parentElement;
      element.remove();
      parent?.append(element);
    });

  /** Writes it and presses Enter. */
  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Opens the menu of the message that says this. */
  async openMenu(text: string): Promise<void> {
    const message = this.message(text);
    await message.hover();
    await message.getByRole('button', { name: 'More actions' }).click();
  }

  /** Chooses something of that menu. */
  async choose(text: string, item: string): Promise<void> {
    await this.openMenu(text);
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** How one reacted to the message that says this: each with its count, and who. */
  readonly reactions = (text: string): Promise<string[]> =>
    this.message(text)
      .locator('[part~="reaction"]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));

  /** What the thread shows, oldest first: what is on the screen and a little more. */
  readonly texts = (): Promise<string[]> => this.contents.allInnerTexts();

  /** What the browser keeps for the page's origin, as JSON: it takes a moment, which a person does not notice. */
  readonly kept = (): Promise<string> =>
    this.page.evaluate(async () => {
      const opened = indexedDB.open('parley');
      await new Promise((resolve) => opened.addEventListener('success', resolve));
      const [name = ''] = opened.result.objectStoreNames;
      const values = opened.result.transaction(name).objectStore(name).getAll();
      await new Promise((resolve) => values.addEventListener('success', resolve));
      opened.result.close();
      return JSON.stringify(values.result);
    });

  /** What is said of the connection: '' when it is as it should be. */
  readonly bannerText = async (): Promise<string> =>
    (await this.banner.locator('[part~="banner"]').allInnerTexts()).join('');

  /** How far one's own message has come: `sending`, `sent`, `read` or `failed`. */
  async mark(text: string): Promise<string | undefined> {
    const parts = await this.message(text)
      .locator('[part~="bubble"]')
      .getAttribute('part', { timeout: 1_000 });
    return /bubble-(sending|sent|read|failed)/.exec(parts ?? '')?.[1];
  }

  /** The device has a network again: whoever waits for one waits no longer. */
  async comeOnline(): Promise<void> {
    await this.page.context().setOffline(true);
    await this.page.context().setOffline(false);
  }

  async bannerSays(text: string | RegExp): Promise<void> {
    await this.banner.getByText(text).first().waitFor();
  }
}

/** A stroke at each call, so that one of them comes when both are connected. @returns whether it is seen yet */
export const typing =
  ({ composer }: Inbox, seen: Locator) =>
  async (): Promise<boolean> => {
    await composer.press('x');
    return seen.isVisible();
  };
