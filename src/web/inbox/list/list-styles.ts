import { css } from 'lit';

export const listStyles = css`
  :host {
    display: block;
    block-size: 100%;
    min-block-size: 0;
  }
  .list {
    display: flex;
    flex-direction: column;
    position: relative;
    block-size: 100%;
    background: var(--parley-background);
  }
  .head {
    display: flex;
    align-items: center;
    gap: var(--parley-space);
    flex: none;
    padding: calc(var(--parley-space) * 2) calc(var(--parley-space) * 2) var(--parley-space);
  }
  .head .button-icon {
    margin-block: -6px;
    margin-inline: auto -8px;
  }
  h2 {
    margin: 0;
    font-size: 1.4em;
    font-weight: 700;
    letter-spacing: -0.015em;
    line-height: 1.25;
  }
  :lang(ar) h2 {
    letter-spacing: 0;
  }
  .search {
    display: flex;
    align-items: center;
    flex: none;
    margin: calc(var(--parley-space) / 2) calc(var(--parley-space) * 2) var(--parley-space);
    padding-inline: 13px 3px;
    border: 1px solid var(--parley-border-strong);
    border-radius: 999px;
    background: var(--parley-surface);
    color: var(--parley-text-muted);
    cursor: text;
  }
  .search > .icon {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
  }
  .search input {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 42px;
    padding: 0 8px;
    border: 0;
    background: none;
    color: var(--parley-text);
    /* Below 16px, an iPhone zooms the page in. */
    font-size: max(16px, 1em);
  }
  .search input::placeholder {
    color: var(--parley-text-muted);
    opacity: 1;
  }
  .search:has(:focus-visible) {
    outline: 2px solid var(--parley-focus);
    outline-offset: -1px;
  }
  .search input:focus-visible {
    outline: none;
  }
  .search .button-icon {
    inline-size: 36px;
    block-size: 36px;
  }
  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    padding: 0 var(--parley-space) var(--parley-space);
  }
  .items {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 80px;
  }
  .end {
    margin: 0;
    padding: calc(var(--parley-space) * 2);
    text-align: center;
    color: var(--parley-text-muted);
  }
  .skeleton .thumb,
  .skeleton i {
    background: var(--parley-border);
    box-shadow: none;
    animation: pulse 1.4s ease-in-out infinite alternate;
  }
  .skeleton i {
    inline-size: 45%;
    block-size: 10px;
    margin-block: 4px;
    border-radius: 5px;
  }
  .skeleton i:nth-child(2) {
    inline-size: 60%;
  }
  .skeleton i:nth-child(3) {
    inline-size: 85%;
  }
  @keyframes pulse {
    to {
      opacity: 0.45;
    }
  }
  /* So little room that the rows need all of it. */
  @container (max-height: 300px) {
    .head {
      display: none;
    }
    .search {
      margin-block-start: var(--parley-space);
    }
  }
  @container (max-height: 180px) {
    .search {
      display: none;
    }
  }
`;
