import { html, nothing, svg, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Attachment, Message, StoredMessage } from '../../../client/types.ts';
import { formatSize } from '../format-size.ts';
import { httpUrl } from '../http-url.ts';
import { isStored } from '../stored.ts';
import type { Strings } from '../strings/strings.ts';
import { icon } from '../theme/icons.ts';
import { shownName } from './file-name.ts';
import type { FileUrls } from './file-urls.ts';
import { columnsOf, photoSize, sortFiles } from './layout.ts';
import type { Photo } from './photo.ts';
import { sized } from './sized.ts';

export const fileIcon = icon(
  svg`<path d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z" /><path d="M14 3v5h5" />`,
);
export const photoIcon = icon(
  svg`<rect x="3" y="4" width="18" height="16" rx="2" /><circle cx="9" cy="10" r="1.6" /><path d="m4 18 5-4 3 2.5 4-4.5 5 5" />`,
);
export const downloadIcon = icon(svg`<path d="M12 4v11m-5-4.5 5 5 5-5M5 20h14" />`);

/** Of a picture that does not come. */
const MAX_TRIES = 12;

export interface FilesContext {
  readonly strings: Strings['files'];
  readonly locale: string;
  readonly urls: FileUrls;
  readonly openPhoto: (attachmentId: string) => void;
}

/** The files of a message; layout.ts has their height. */
export function filesTemplate(
  message: Message,
  context: FilesContext,
): TemplateResult | typeof nothing {
  if (message.attachments.length === 0) return nothing;
  const { photos, others } = sortFiles(message.attachments);
  const isOne = photos.length === 1;
  return html`<div class="files" part="files">
    ${
      photos.length === 0
        ? nothing
        : html`<div class="photos ${isOne ? 'one' : `columns-${columnsOf(photos.length)}`}">
            ${photos.map((photo) => photoTemplate(photo, isOne, message, context))}
          </div>`
    }
    ${others.map((file) => fileTemplate(file, message, context))}
  </div>`;
}

function photoTemplate(
  photo: Photo,
  isOne: boolean,
  message: Message,
  { strings, openPhoto, urls }: FilesContext,
): TemplateResult {
  urls.seen(photo);
  const { width, height } = isOne ? photoSize(photo) : { width: 280, height: 280 };
  const onError = (event: Event): void => {
    onPicture(event);
    tryAgain(event.target as HTMLImageElement);
    if (isStored(message)) urls.failed(message, photo.thumbnailUrl);
  };
  // What could not be seen before it was sent can be now, and after it was asked for again.
  const picture = keyed(
    urls.hasFailed(photo.thumbnailUrl) ? photo : isStored(message),
    html`<img
      src=${photo.thumbnailUrl}
      alt=""
      decoding="async"
      draggable="false"
      @error=${onError}
      @load=${onPicture}
    />`,
  );
  return html`<button
    type="button"
    class="photo"
    part="photo"
    aria-label=${strings.openPhoto(shownName(photo.name))}
    ${sized(width, height)}
    @click=${() => openPhoto(photo.id)}
  >
    ${photoIcon}${picture}
  </button>`;
}

/** What does not come leaves the icon under it. */
function onPicture(event: Event): void {
  (event.target as HTMLImageElement).hidden = event.type === 'error';
}

/** How often each has failed. */
const failures = new WeakMap<HTMLImageElement, number>();

/** There may have been no network for a moment. While it is in the page, for about a quarter of an hour. */
function tryAgain(picture: HTMLImageElement): void {
  const failed = failures.get(picture) ?? 0;
  if (failed >= MAX_TRIES) return;
  failures.set(picture, failed + 1);
  setTimeout(
    () => {
      // Begins to load it again.
      if (picture.isConnected) picture.setAttribute('src', picture.src);
    },
    Math.min(2_000 * 2 ** failed, 120_000),
  );
}

function fileTemplate(file: Attachment, message: Message, context: FilesContext): TemplateResult {
  const { strings, locale, urls } = context;
  urls.seen(file);
  const href = httpUrl(file.url)?.href;
  return html`<a
    class="file"
    part="file"
    href=${href ?? nothing}
    download=${file.name}
    target="_blank"
    rel="noopener noreferrer"
    aria-label="${strings.download(shownName(file.name))}, ${formatSize(file.size, locale)}"
    @click=${(event: Event) => follow(event, file, message, urls)}
  >
    ${fileIcon}
    <span class="file-words">
      <bdi class="file-name" part="file-name">${shownName(file.name)}</bdi>
      <span class="file-size">${formatSize(file.size, locale)}</span>
    </span>
    ${downloadIcon}
  </a>`;
}

/** With another URL, when this one may have ended. */
export function follow(event: Event, file: Attachment, message: Message, urls: FileUrls): void {
  if (!isStored(message) || !urls.isOld(file)) return;
  event.preventDefault();
  void followFresh(file, message, urls);
}

async function followFresh(
  file: Attachment,
  message: StoredMessage,
  urls: FileUrls,
): Promise<void> {
  const { url } = await urls.fresh(message, file);
  const link = document.createElement('a');
  const href = httpUrl(url)?.href;
  if (href === undefined) return;
  Object.assign(link, { href, download: file.name, target: '_blank', rel: 'noopener noreferrer' });
  link.click();
}
