import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Strings } from '../strings/strings.ts';
import { icon } from '../theme/icons.ts';

const attachIcon = icon(
  svg`<path d="m20 11-8.2 8.2a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4L14.5 7" />`,
);
const cameraIcon = icon(
  svg`<path d="M4 8h3.5l1.5-2.5h6L16.5 8H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z" /><circle cx="12" cy="13" r="3.5" />`,
);
const emojiIcon = icon(
  svg`<circle cx="12" cy="12" r="9" /><path d="M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.1M15 9.5v.1" />`,
);

/** The buttons beside the text. A camera has only who has a finger to press it with. */
export function toolsTemplate(
  strings: Strings['composer'],
  isEditing: boolean,
  pickEmoji: (anchor: HTMLElement) => void,
  addFiles: (files: readonly File[]) => void,
): TemplateResult {
  return html`<div class="tools">
    ${
      isEditing
        ? nothing
        : html`${fileButton('attach', strings.attach, attachIcon, addFiles)}
          ${fileButton('camera', strings.takePhoto, cameraIcon, addFiles)}`
    }
    <button
      type="button"
      class="button-icon small emoji-button"
      part="emoji"
      aria-haspopup="dialog"
      aria-label=${strings.emoji}
      title=${strings.emoji}
      @click=${(event: Event) => pickEmoji(event.currentTarget as HTMLElement)}
    >
      ${emojiIcon}
    </button>
  </div>`;
}

/** The browser's own window. */
function choose(event: Event): void {
  const input = (event.currentTarget as HTMLElement).nextElementSibling as HTMLInputElement;
  input.click();
}

function fileButton(
  kind: 'attach' | 'camera',
  label: string,
  picture: TemplateResult,
  addFiles: (files: readonly File[]) => void,
): TemplateResult {
  const onChange = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    addFiles([...(input.files ?? [])]);
    // The same one can be chosen again.
    input.value = '';
  };
  return html`<button
      type="button"
      class="button-icon small ${kind}"
      part=${kind}
      aria-label=${label}
      title=${label}
      @click=${choose}
    >
      ${picture}
    </button>
    ${
      kind === 'camera'
        ? html`<input
            type="file"
            accept="image/*"
            capture="environment"
            hidden
            @change=${onChange}
          />`
        : html`<input type="file" multiple hidden @change=${onChange} />`
    }`;
}
