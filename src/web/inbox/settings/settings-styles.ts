import { css } from 'lit';

export const settingsStyles = css`
  dialog {
    inline-size: min(440px, 100vw - 24px);
    max-block-size: calc(100dvh - 24px);
    padding: 0;
    border: 1px solid var(--parley-border-strong);
    border-radius: var(--parley-radius);
    background: var(--parley-background);
    color: var(--parley-text);
    box-shadow: 0 10px 40px rgb(0 0 0 / 30%);
    overscroll-behavior: contain;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  header {
    position: sticky;
    inset-block-start: 0;
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding-block: 10px;
    padding-inline: 20px 10px;
    border-block-end: 1px solid var(--parley-border);
    background: var(--parley-background);
  }
  h2,
  h3 {
    margin: 0;
    font-size: 1.15em;
    line-height: 1.3;
  }
  h3 {
    font-size: 1em;
    font-weight: 600;
  }
  .body {
    padding: 4px 20px 16px;
  }
  section {
    padding-block: 14px;
    border-block-end: 1px solid var(--parley-border);
  }
  section:last-of-type {
    border: 0;
  }
  p {
    margin: 4px 0 0;
    font-size: 0.9em;
    color: var(--parley-text-muted);
  }
  .problem {
    color: var(--parley-danger);
  }
  .choice {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    min-block-size: 32px;
    font-weight: 600;
    cursor: pointer;
  }
  .choice input {
    flex: none;
    inline-size: 22px;
    block-size: 22px;
    margin: 0;
    accent-color: var(--parley-accent);
    cursor: pointer;
  }
  .times {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
    margin-block-start: 10px;
  }
  .times label {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .times input {
    min-block-size: 40px;
    padding: 4px 10px;
    border: 1px solid var(--parley-border-strong);
    border-radius: calc(var(--parley-radius) * 0.66);
    background: var(--parley-surface);
    color: var(--parley-text);
    font-size: max(16px, 1em);
  }
  .status {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    margin-block-start: 8px;
  }
  .status p {
    flex: 1 1 180px;
    margin: 0;
    color: var(--parley-text);
  }
`;
