import { css } from 'lit';

/** Of what thread-header.ts draws. */
export const headerStyles = css`
  :host(:dir(rtl)) .back-button .icon {
    transform: scaleX(-1);
  }
  parley-conversation-menu {
    flex: none;
    margin-inline: calc(var(--parley-space) * -0.5) calc(var(--parley-space) * -1);
  }
  .header {
    display: flex;
    align-items: center;
    gap: calc(var(--parley-space) * 1.5);
    min-block-size: 64px;
    padding: var(--parley-space) calc(var(--parley-space) * 2);
    border-block-end: 1px solid var(--parley-border);
  }
  .back-button {
    margin-inline: calc(var(--parley-space) * -1.25) calc(var(--parley-space) * -0.5);
  }
  .person {
    position: relative;
    flex: none;
  }
  h2 .mark .icon {
    inline-size: 15px;
    block-size: 15px;
    margin-inline-start: 0.4em;
    vertical-align: -2px;
    color: var(--parley-text-muted);
  }
  .seen {
    font-size: 0.8em;
    color: var(--parley-text-muted);
  }
  .names {
    flex: 1;
    min-inline-size: 0;
  }
  h2 {
    margin: 0;
    font-size: 1em;
    font-weight: 650;
    line-height: 1.35;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .listing {
    display: flex;
    gap: 0.6em;
    font-size: 0.9em;
    color: var(--parley-text-muted);
  }
  .title {
    overflow: hidden;
    text-overflow: ellipsis;
    color: inherit;
    text-underline-offset: 2px;
  }
  a.title {
    /* 24 pixels to be touched. */
    padding-block: 3px;
    margin-block: -3px;
  }
  a.title:focus-visible {
    outline-offset: -2px;
  }
  a.title:hover {
    color: var(--parley-text);
  }
  .price {
    flex: none;
    font-weight: 600;
    color: var(--parley-text);
  }
  .listing-picture {
    position: relative;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    border-radius: calc(var(--parley-radius) * 0.66);
    overflow: hidden;
    background: var(--parley-surface);
  }
  /* So little room that the messages need all of it. */
  @container (max-height: 300px) {
    .header {
      min-block-size: 44px;
      padding-block: 0;
    }
    .person,
    .seen,
    .listing-picture {
      display: none;
    }
  }
`;
