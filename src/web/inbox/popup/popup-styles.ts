import { css } from 'lit';

export const popupStyles = css`
  .popup {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 6px;
    overflow: auto;
    max-inline-size: calc(100vw - 16px);
    max-block-size: calc(100vh - 16px);
    border: 1px solid var(--parley-border-strong);
    border-radius: var(--parley-radius);
    background: var(--parley-background);
    color: var(--parley-text);
    box-shadow: 0 6px 24px rgb(0 0 0 / 22%);
  }
  .emoji {
    font-family: 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', sans-serif;
    line-height: 1;
  }
`;
