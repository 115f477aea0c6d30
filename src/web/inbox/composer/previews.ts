import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Upload } from '../../../client/types.ts';

/** What all browsers can show, and none runs. */
const PICTURE = /^image\/(?:jpeg|png|gif|webp|avif)$/;

/** URLs by which files that are not sent yet can be seen. Each is taken back when its file is gone. */
export class Previews implements ReactiveController {
  readonly #urls = new Map<string, string>();
  #isInPage = false;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Undefined when it is no picture. */
  urlOf({ key, file, contentType }: Upload): string | undefined {
    let url = this.#urls.get(key);
    if (url === undefined && this.#isInPage && PICTURE.test(contentType)) {
      url = URL.createObjectURL(file);
      this.#urls.set(key, url);
    }
    return url;
  }

  /** @param uploads all that are left */
  keep(uploads: readonly Upload[]): void {
    if (this.#urls.size === 0) return;
    const keys = new Set(uploads.map(({ key }) => key));
    for (const [key, url] of this.#urls)
      if (!keys.has(key)) {
        URL.revokeObjectURL(url);
        this.#urls.delete(key);
      }
  }

  hostConnected(): void {
    this.#isInPage = true;
  }

  /** What is drawn once more after that makes none: nobody would take them back. */
  hostDisconnected(): void {
    this.#isInPage = false;
    this.keep([]);
  }
}
