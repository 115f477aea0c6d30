import { css } from 'lit';

/** What lies over a thread for a moment. */
export const overlayStyles = css`
  .notice {
    position: absolute;
    inset-block-end: 84px;
    inset-inline: 16px;
    display: flex;
    justify-content: center;
    pointer-events: none;
  }
  .notice p {
    margin: 0;
    padding-block: 8px;
    border-color: transparent;
    background: var(--parley-text);
    color: var(--parley-background);
    pointer-events: auto;
  }
  .drop {
    position: absolute;
    inset: 8px;
    z-index: 1;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    border: 2px dashed var(--parley-accent);
    border-radius: var(--parley-radius);
    background: var(--parley-selected);
    color: var(--parley-text);
    font-weight: 600;
    text-align: center;
  }
  /* Leaving it is leaving all of it. */
  .drop > * {
    pointer-events: none;
  }
  .confirm {
    max-inline-size: min(340px, 100vw - 32px);
    padding: 20px;
    border: 1px solid var(--parley-border-strong);
    border-radius: var(--parley-radius);
    background: var(--parley-background);
    color: var(--parley-text);
    box-shadow: 0 10px 40px rgb(0 0 0 / 30%);
  }
  .confirm::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  .confirm p {
    margin: 0 0 8px;
  }
  #confirm-title {
    font-weight: 600;
  }
  #confirm-hint {
    color: var(--parley-text-muted);
  }
  .confirm-buttons {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
    margin-block-start: 16px;
  }
  .button-primary.danger {
    background: var(--parley-danger);
    color: var(--parley-background);
  }
`;
