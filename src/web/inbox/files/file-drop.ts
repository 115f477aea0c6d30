import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import type { Host } from '../host.ts';
import type { Strings } from '../strings/strings.ts';
import { photoIcon } from './attachments.ts';

/** Takes what is dragged over an element, or pasted in it. */
export class FileDrop implements ReactiveController {
  readonly #host: Host & HTMLElement;
  readonly #canTake: () => boolean;
  readonly #take: (files: readonly File[]) => void;
  #isOver = false;

  constructor(
    host: Host & HTMLElement,
    canTake: () => boolean,
    take: (files: readonly File[]) => void,
  ) {
    this.#host = host;
    this.#canTake = canTake;
    this.#take = take;
    host.addController(this);
    host.addEventListener('dragenter', this.#onDrag);
    host.addEventListener('dragover', this.#onDrag);
    host.addEventListener('drop', this.#onDrop);
    host.addEventListener('paste', this.#onPaste);
  }

  /** Lies over everything while files are dragged there: only then does leaving it mean leaving the element. */
  template({ files }: Strings): TemplateResult | typeof nothing {
    if (!this.#isOver) return nothing;
    return html`<div class="drop" part="drop" @dragleave=${() => this.#setOver(false)}>
      ${photoIcon} ${files.dropHere}
    </div>`;
  }

  hostDisconnected(): void {
    this.#isOver = false;
  }

  #setOver(isOver: boolean): void {
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.#host.requestUpdate();
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    // Also of what is not taken: else the browser opens it, and the page is gone.
    event.preventDefault();
    const canTake = this.#canTake();
    event.dataTransfer.dropEffect = canTake ? 'copy' : 'none';
    if (canTake) this.#setOver(true);
  };

  readonly #onDrop = (event: DragEvent): void => {
    const { dataTransfer } = event;
    this.#setOver(false);
    if (dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    if (this.#canTake()) this.#take(filesOf(dataTransfer));
  };

  /** A picture that is copied from a text brings the text along: then it is that which is meant. */
  readonly #onPaste = (event: ClipboardEvent): void => {
    const { clipboardData: data } = event;
    if (data === null || data.files.length === 0 || data.types.includes('text/plain')) return;
    if (!this.#canTake()) return;
    event.preventDefault();
    this.#take([...data.files]);
  };
}

/** Without folders, which cannot be read. */
function filesOf({ items, files }: DataTransfer): File[] {
  const folders = new Set(
    [...items]
      .filter(({ kind }) => kind === 'file')
      .flatMap((item, index) => (item.webkitGetAsEntry?.()?.isDirectory ? [index] : [])),
  );
  return [...files].filter((_, index) => !folders.has(index));
}
