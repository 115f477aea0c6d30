import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Thread, Upload } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { fileIcon } from '../files/attachments.ts';
import { shownName } from '../files/file-name.ts';
import { formatSize } from '../format-size.ts';
import { clearIcon, icon } from '../theme/icons.ts';
import type { Previews } from './previews.ts';

const retryIcon = icon(svg`<path d="M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7" />`);

/** The files that will be sent with what is written, and how far they are. */
export function trayTemplate(
  uploads: readonly Upload[],
  thread: Thread,
  previews: Previews,
  context: InboxContext,
): TemplateResult | typeof nothing {
  previews.keep(uploads);
  if (uploads.length === 0) return nothing;
  return html`<ul class="tray" part="tray" role="list" aria-label=${context.strings.files.tray}>
    ${repeat(
      uploads,
      ({ key }) => key,
      (upload) => uploadTemplate(upload, thread, previews, context),
    )}
  </ul>`;
}

function uploadTemplate(
  upload: Upload,
  thread: Thread,
  previews: Previews,
  { strings: { files }, locale }: InboxContext,
): TemplateResult {
  const { key, size, state } = upload;
  const name = shownName(upload.name);
  const preview = previews.urlOf(upload);
  return html`<li class="upload" part="upload upload-${state.status}">
    <span class="preview">
      ${fileIcon}
      ${
        preview === undefined
          ? nothing
          : html`<img src=${preview} alt="" decoding="async" draggable="false" @error=${hide} />`
      }
    </span>
    <span class="about">
      <bdi class="upload-name">${name}</bdi>
      <span class="upload-state">${formatSize(size, locale)} ${stateTemplate(upload, files)}</span>
    </span>
    ${
      state.status === 'failed'
        ? button(files.retry(name), retryIcon, 'upload-retry', () => thread.retryUpload(key))
        : nothing
    }
    ${button(files.cancel(name), clearIcon, 'upload-cancel', () => thread.cancelUpload(key))}
  </li>`;
}

function stateTemplate({ name, state }: Upload, files: InboxContext['strings']['files']) {
  if (state.status === 'failed')
    return html`<span class="upload-error" role="alert">${files.why(state.error.code)}</span>`;
  if (state.status === 'ready') return html`<span>${files.ready}</span>`;
  if (state.progress >= 1) return html`<span>${files.checking}</span>`;
  return html`<progress
    part="upload-progress"
    max="100"
    .value=${Math.round(state.progress * 100)}
    aria-label=${files.progress(shownName(name))}
  ></progress>`;
}

const button = (
  label: string,
  picture: TemplateResult,
  part: string,
  run: () => void,
): TemplateResult =>
  html`<button
    type="button"
    class="button-icon small"
    part=${part}
    aria-label=${label}
    title=${label}
    @click=${run}
  >
    ${picture}
  </button>`;

function hide(event: Event): void {
  (event.target as HTMLImageElement).hidden = true;
}
