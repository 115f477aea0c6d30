import { css } from 'lit';

export const pickerStyles = css`
  .picker {
    inline-size: calc(8 * 38px + 24px);
    block-size: 330px;
    overflow: hidden;
  }
  .picker:popover-open {
    display: flex;
    flex-direction: column;
    gap: 6px;
  }
  .search {
    flex: none;
    inline-size: 100%;
    min-block-size: 36px;
    padding: 4px 12px;
    border: 1px solid var(--parley-border-strong);
    border-radius: 999px;
    background: var(--parley-surface);
  }
  .search::placeholder {
    color: var(--parley-text-muted);
    opacity: 1;
  }
  @media (pointer: coarse) {
    .search {
      font-size: max(16px, 1em);
    }
  }
  .tabs {
    flex: none;
    display: flex;
    justify-content: space-between;
  }
  .tabs button {
    inline-size: 36px;
    block-size: 32px;
    padding: 0;
    border-radius: 8px;
    font-size: 18px;
  }
  .tabs button:hover,
  .cell:hover {
    background: var(--parley-hover);
  }
  .sections {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    /* What the outline of a cell is drawn over. */
    padding: 3px;
  }
  h3 {
    margin: 6px 4px 2px;
    font-size: 0.86em;
    font-weight: 600;
    color: var(--parley-text-muted);
  }
  .cells {
    display: grid;
    grid-template-columns: repeat(8, 1fr);
  }
  .cells > div {
    display: contents;
  }
  .cell {
    display: grid;
    place-items: center;
    block-size: 38px;
    padding: 0;
    border-radius: 8px;
    font-size: 24px;
    content-visibility: auto;
  }
  .cell:focus-visible,
  .tabs button:focus-visible {
    outline-offset: -2px;
  }
  .hint {
    margin: 0;
    padding: 24px 8px;
    text-align: center;
    color: var(--parley-text-muted);
  }
`;
