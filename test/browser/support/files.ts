import type { JSHandle, Locator } from 'playwright-core';
import type { Inbox } from './inbox.ts';
import type { TestFile } from './pictures.ts';

/** The files above the text, and what is done with them. */
export class Tray {
  readonly #inbox: Inbox;
  readonly uploads: Locator;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
    this.uploads = inbox.page.locator('[part~="upload"]');
  }

  readonly states = async (): Promise<string[]> =>
    (await this.uploads.evaluateAll((all) => all.map((one) => one.getAttribute('part') ?? ''))).map(
      (parts) => /upload-(\w+)/.exec(parts)?.[1] ?? '',
    );

  /** As with the button, which opens a window of the browser's own. */
  async choose(...files: readonly TestFile[]): Promise<void> {
    await this.#inbox.page
      .locator('parley-composer input[type=file][multiple]')
      .setInputFiles([...files]);
  }

  async dragOver(...files: readonly TestFile[]): Promise<JSHandle<DataTransfer>> {
    const dataTransfer = await this.#transfer(files);
    await this.#inbox.page.locator('parley-thread').dispatchEvent('dragenter', { dataTransfer });
    return dataTransfer;
  }

  async drop(dataTransfer: JSHandle<DataTransfer>): Promise<void> {
    await this.#inbox.page.locator('parley-thread').dispatchEvent('drop', { dataTransfer });
  }

  async paste(...files: readonly TestFile[]): Promise<void> {
    const data = await this.#transfer(files);
    await this.#inbox.composer.evaluate((element, clipboardData) => {
      const options = { clipboardData, bubbles: true, composed: true, cancelable: true };
      element.dispatchEvent(new ClipboardEvent('paste', options));
    }, data);
  }

  #transfer(files: readonly TestFile[]): Promise<JSHandle<DataTransfer>> {
    const given = files.map(({ name, mimeType, buffer }) => ({
      name,
      type: mimeType,
      bytes: [...buffer],
    }));
    return this.#inbox.page.evaluateHandle((all) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of all)
        data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      return data;
    }, given);
  }
}
