import { css, html, nothing, type TemplateResult } from 'lit';

interface Placeholder {
  readonly icon: TemplateResult;
  readonly title: string;
  readonly hint?: string;
  readonly action?: { readonly text: string; readonly run: () => void };
}

/** What stands where there is nothing to show. */
export const placeholder = ({ icon, title, hint, action }: Placeholder): TemplateResult => html`
  <div class="placeholder" part="placeholder">
    <span class="placeholder-icon">${icon}</span>
    <p class="placeholder-title">${title}</p>
    ${hint === undefined ? nothing : html`<p class="placeholder-hint">${hint}</p>`}
    ${
      action === undefined
        ? nothing
        : html`<button type="button" class="button" part="button" @click=${action.run}>
            ${action.text}
          </button>`
    }
  </div>
`;

export const placeholderStyles = css`
  .placeholder {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: safe center;
    gap: var(--parley-space);
    min-block-size: 100%;
    padding: calc(var(--parley-space) * 3);
    text-align: center;
    text-wrap: balance;
  }
  .placeholder-icon {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 64px;
    block-size: 64px;
    margin-block-end: calc(var(--parley-space) / 2);
    border-radius: 50%;
    color: var(--parley-accent);
    background: var(--parley-selected);
  }
  .placeholder-icon .icon {
    inline-size: 28px;
    block-size: 28px;
    stroke-width: 1.75;
  }
  .placeholder p {
    max-inline-size: 34ch;
    margin: 0;
  }
  .placeholder-title {
    font-weight: 600;
    font-size: 1.0667em;
  }
  .placeholder-hint {
    color: var(--parley-text-muted);
  }
  .placeholder .button {
    margin-block-start: var(--parley-space);
  }
`;
