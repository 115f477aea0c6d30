import { css } from 'lit';

export const composerStyles = css`
  :host {
    display: block;
    padding: var(--parley-space) calc(var(--parley-space) * 2) calc(var(--parley-space) * 1.5);
    border-block-start: 1px solid var(--parley-border);
  }
  .field {
    position: relative;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: end;
    gap: 2px var(--parley-space);
    padding: 4px;
    border: 1px solid var(--parley-border-strong);
    border-radius: calc(var(--parley-radius) * 2);
    background: var(--parley-background);
  }
  .field:has(textarea:focus) {
    border-color: var(--parley-focus);
    outline: 1px solid var(--parley-focus);
  }
  textarea {
    display: block;
    field-sizing: content;
    inline-size: 100%;
    min-inline-size: 0;
    min-block-size: 40px;
    max-block-size: min(9em, 30cqb);
    padding: 8px 4px;
    border: 0;
    outline: 0;
    background: none;
    resize: none;
    line-height: 24px;
    overflow-wrap: anywhere;
    overscroll-behavior: contain;
  }
  /* Safari on iOS zooms in on smaller ones, and does not come back. */
  @media (pointer: coarse) {
    textarea {
      font-size: max(16px, 1em);
    }
  }
  /* The field around it says so. */
  textarea:focus-visible {
    outline: 0;
  }
  textarea::placeholder {
    color: var(--parley-text-muted);
    opacity: 1;
  }
  .button-primary {
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    padding: 0;
  }
  .button-primary[aria-disabled='true'] {
    background: none;
    color: var(--parley-text-muted);
    cursor: default;
    filter: none;
  }
  .button-primary .icon:dir(rtl) {
    transform: scaleX(-1);
  }
  .counter {
    grid-column: 1 / -1;
    padding: 0 12px 4px;
    font-size: 0.86em;
    color: var(--parley-text-muted);
    font-variant-numeric: tabular-nums;
  }
  .counter.over {
    color: var(--parley-danger);
    font-weight: 600;
  }
  .counter:empty {
    display: none;
  }
  .field:has(textarea[aria-invalid='true']) {
    border-color: var(--parley-danger);
    outline-color: var(--parley-danger);
  }
  @media (forced-colors: active) {
    .button-primary[aria-disabled='true'] {
      border-color: GrayText;
      color: GrayText;
    }
  }
`;
