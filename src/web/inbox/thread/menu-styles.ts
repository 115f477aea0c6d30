import { css } from 'lit';

export const menuStyles = css`
  .menu {
    min-inline-size: 200px;
  }
  .quick {
    display: flex;
    gap: 2px;
    padding-block-end: 4px;
    margin-block-end: 4px;
    border-block-end: 1px solid var(--parley-border);
  }
  .quick button {
    display: grid;
    place-items: center;
    inline-size: 38px;
    block-size: 38px;
    padding: 0;
    border-radius: 50%;
    font-size: 22px;
  }
  .quick button[aria-checked='true'] {
    background: var(--parley-selected);
    box-shadow: inset 0 0 0 2px var(--parley-accent);
  }
  .heading {
    margin: 0;
    padding: 6px 10px;
    font-size: 0.8667em;
    font-weight: 600;
    color: var(--parley-text-muted);
  }
  .item {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    min-block-size: 40px;
    padding: 4px 10px;
    border-radius: calc(var(--parley-radius) * 0.66);
    text-align: start;
  }
  .item.danger {
    color: var(--parley-danger);
  }
  .item:hover,
  .item:focus-visible,
  .quick button:hover {
    background: var(--parley-hover);
  }
  .item:focus-visible,
  .quick button:focus-visible {
    outline-offset: -2px;
  }
`;
