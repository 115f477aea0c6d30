import { html, type TemplateResult } from 'lit';
import type { InboxContext } from '../context.ts';

/** Above the text while it is that of a message that was sent. */
export const editingTemplate = (
  { strings: { composer } }: InboxContext,
  cancel: () => void,
): TemplateResult =>
  html`<div class="editing" part="editing" role="status">
    <span>${composer.editing}</span>
    <button type="button" class="button-link" part="cancel" @click=${cancel}>
      ${composer.cancelEditing}
    </button>
  </div>`;
