import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { Message, StoredMessage } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';
import { httpUrl } from '../http-url.ts';
import { isStored } from '../stored.ts';
import { clearIcon, icon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { downloadIcon, follow } from './attachments.ts';
import { shownName } from './file-name.ts';
import type { FileUrls } from './file-urls.ts';
import { lightboxStyles } from './lightbox-styles.ts';
import { isPhoto, type Photo } from './photo.ts';

const previousIcon = icon(svg`<path d="m15 5-7 7 7 7" />`);
const nextIcon = icon(svg`<path d="m9 5 7 7-7 7" />`);

interface Shown {
  readonly message: StoredMessage;
  readonly photo: Photo;
}

/**
 * `<parley-lightbox>`: the photos of a thread, one at a time, over everything else. Gives the focus back to where it was, and fires
 * `parley-closed`: that may be gone.
 *
 * Parts: `lightbox`, `lightbox-photo`.
 */
export class ParleyLightbox extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    messages: { attribute: false },
    urls: { attribute: false },
    currentId: { state: true },
    hasFailed: { state: true },
  };
  static override readonly styles = [sharedStyles, lightboxStyles];

  declare context: InboxContext | undefined;
  declare messages: readonly Message[];
  declare urls: FileUrls | undefined;
  declare private currentId: string | undefined;
  declare private hasFailed: boolean;

  readonly #dialog = createRef<HTMLDialogElement>();

  constructor() {
    super();
    this.messages = [];
    this.hasFailed = false;
  }

  /** Else it would come back open, and lie in the page as if it were a part of it. */
  override disconnectedCallback(): void {
    // First: it is not known any more afterwards.
    this.#close();
    super.disconnectedCallback();
  }

  async open(attachmentId: string): Promise<void> {
    this.#show(attachmentId);
    await this.updateComplete;
    if (this.#dialog.value?.open === false) this.#dialog.value.showModal();
  }

  #show(attachmentId: string | undefined): void {
    this.currentId = attachmentId;
    this.hasFailed = false;
  }

  get #photos(): readonly Shown[] {
    return this.messages.flatMap((message) =>
      isStored(message)
        ? message.attachments.filter(isPhoto).map((photo) => ({ message, photo }))
        : [],
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.currentId === undefined || !changed.has('messages')) return;
    // Its URL may be another.
    this.hasFailed = false;
  }

  protected override updated(): void {
    // Deleted meanwhile.
    const isThere = this.#photos.some(({ photo }) => photo.id === this.currentId);
    if (this.currentId !== undefined && !isThere) this.#close();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context } = this;
    if (context === undefined || this.currentId === undefined) return nothing;
    const photos = this.#photos;
    const at = photos.findIndex(({ photo }) => photo.id === this.currentId);
    const shown = photos[at];
    const { files } = context.strings;
    return html`<dialog
      ${ref(this.#dialog)}
      part="lightbox"
      aria-label=${files.viewer}
      @close=${this.#onClose}
      @keydown=${this.#onKey}
    >
      ${shown === undefined ? nothing : this.#bar(shown, at, photos.length, context)}
      <div class="stage">
        ${shown === undefined ? nothing : this.#picture(shown, context)}
        ${this.#step(photos[at - 1], 'previous', files.previous)}
        ${this.#step(photos[at + 1], 'next', files.next)}
      </div>
    </dialog>`;
  }

  #bar(
    { message, photo }: Shown,
    at: number,
    count: number,
    { strings: { files }, locale }: InboxContext,
  ): TemplateResult {
    const { urls } = this;
    const name = shownName(photo.name);
    return html`<div class="bar">
      <bdi class="name">${name}</bdi>
      <span class="position" role="status"
        >${files.position(formatNumber(at + 1, locale), formatNumber(count, locale))}</span
      >
      <a
        class="round"
        href=${httpUrl(photo.url)?.href ?? nothing}
        download=${photo.name}
        target="_blank"
        rel="noopener noreferrer"
        aria-label=${files.download(name)}
        title=${files.download(name)}
        @click=${(event: Event) => urls && follow(event, photo, message, urls)}
      >
        ${downloadIcon}
      </a>
      <button
        type="button"
        class="round"
        autofocus
        aria-label=${files.close}
        title=${files.close}
        @click=${this.#close}
      >
        ${clearIcon}
      </button>
    </div>`;
  }

  #picture({ message, photo }: Shown, { strings: { files } }: InboxContext): TemplateResult {
    const url = httpUrl(photo.url)?.href;
    if (url === undefined || this.hasFailed) return html`<p role="alert">${files.notShown}</p>`;
    const onError = (): void => {
      this.hasFailed = true;
      this.urls?.failed(message, photo.url);
    };
    // The last one goes at once, not when the next is there.
    return html`${keyed(
      photo.id,
      html`<img
        part="lightbox-photo"
        src=${url}
        alt=${shownName(photo.name)}
        width=${photo.width}
        height=${photo.height}
        @error=${onError}
      />`,
    )}`;
  }

  #step(
    to: Shown | undefined,
    side: 'previous' | 'next',
    label: string,
  ): TemplateResult | typeof nothing {
    if (to === undefined) return nothing;
    return html`<button
      type="button"
      class="round step ${side}"
      aria-label=${label}
      title=${label}
      @click=${() => void this.#go(to)}
    >
      ${side === 'previous' ? previousIcon : nextIcon}
    </button>`;
  }

  /** The button may go away: the focus stays in the dialog. */
  async #go(to: Shown): Promise<void> {
    this.#show(to.photo.id);
    await this.updateComplete;
    if (this.shadowRoot?.activeElement === null) this.#dialog.value?.focus();
  }

  readonly #onClose = async (): Promise<void> => {
    this.#show(undefined);
    // Until it is gone it may have the focus still.
    await this.updateComplete;
    this.dispatchEvent(new CustomEvent('parley-closed'));
  };

  readonly #close = (): void => this.#dialog.value?.close();

  readonly #onKey = (event: KeyboardEvent): void => {
    // Escape closes this, not also a dialog around the inbox.
    event.stopPropagation();
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const isForward = (event.key === 'ArrowRight') !== this.matches(':dir(rtl)');
    const photos = this.#photos;
    const at = photos.findIndex(({ photo }) => photo.id === this.currentId);
    const to = photos[at + (isForward ? 1 : -1)];
    if (to !== undefined) void this.#go(to);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-lightbox': ParleyLightbox;
  }
}
