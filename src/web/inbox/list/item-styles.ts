import { css } from 'lit';

export const itemStyles = css`
  .row {
    display: flex;
    align-items: center;
    gap: calc(var(--parley-space) * 1.5);
    inline-size: 100%;
    min-block-size: 76px;
    margin-block: 2px;
    padding: var(--parley-space);
    border-radius: var(--parley-radius);
    text-align: start;
    transition: background-color 0.12s;
  }
  button.row:hover {
    background: var(--parley-hover);
  }
  .row[aria-current] {
    background: var(--parley-selected);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .media {
    position: relative;
    flex: none;
  }
  .thumb {
    display: grid;
    place-items: center;
    position: relative;
    inline-size: 54px;
    block-size: 54px;
    border-radius: var(--parley-radius);
    overflow: hidden;
    background: var(--parley-surface);
    box-shadow: inset 0 0 0 1px var(--parley-border);
    color: var(--parley-text-muted);
  }
  .media .avatar {
    position: absolute;
    inset-block-end: -4px;
    inset-inline-end: -6px;
    font-size: 10px;
    box-shadow: 0 0 0 2px var(--parley-background);
  }
  .row:hover .avatar {
    box-shadow: 0 0 0 2px var(--parley-hover);
  }
  .row[aria-current] .avatar {
    box-shadow: 0 0 0 2px var(--parley-selected);
  }
  /* Over the avatar's corner. */
  .media .online {
    inset-block-end: -5px;
    inset-inline-end: -8px;
  }
  .row:hover {
    --_ground: var(--parley-hover);
  }
  .row[aria-current] {
    --_ground: var(--parley-selected);
  }
  .words {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-inline-size: 0;
    gap: 1px;
  }
  .line {
    display: flex;
    align-items: center;
    gap: var(--parley-space);
    min-inline-size: 0;
  }
  /* In the direction of the text, so that its beginning is what is seen, but no wider: aligned with the others. */
  bdi {
    display: block;
    flex: 0 1 auto;
    align-self: start;
    min-inline-size: 0;
    max-inline-size: 100%;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  .preview {
    flex: 1;
    display: flex;
    align-items: center;
    gap: 0.3em;
    min-inline-size: 0;
    color: var(--parley-text-muted);
  }
  .label,
  .mark {
    flex: none;
  }
  .name {
    font-weight: 600;
  }
  time,
  .listing {
    font-size: 0.8667em;
    color: var(--parley-text-muted);
  }
  time {
    flex: none;
    margin-inline-start: auto;
  }
  .unread .name {
    font-weight: 700;
  }
  .unread .preview {
    color: var(--parley-text);
    font-weight: 600;
  }
  .unread time {
    color: var(--parley-accent);
    font-weight: 600;
  }
  .preview.typing {
    color: var(--parley-accent);
    font-style: italic;
  }
  .preview.deleted {
    font-style: italic;
  }
  .preview.draft .label,
  .preview.failed,
  .preview.failed .mark {
    color: var(--parley-danger);
  }
  .mark .icon {
    inline-size: 15px;
    block-size: 15px;
    display: block;
  }
  .badge {
    display: inline-grid;
    place-items: center;
    flex: none;
    min-inline-size: 1.8em;
    min-block-size: 1.8em;
    padding: 0 0.4em;
    border-radius: 0.9em;
    background: var(--parley-accent);
    color: var(--parley-on-accent);
    font-size: 0.8em;
    font-weight: 700;
    line-height: 1;
    font-variant-numeric: tabular-nums;
  }
  /* Counted, but nothing to come for. */
  .is-muted .badge {
    background: var(--parley-text-muted);
    color: var(--parley-background);
  }
  .mark[part='muted'] {
    color: var(--parley-text-muted);
  }
  @media (forced-colors: active) {
    .row[aria-current] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .row[aria-current] * {
      color: inherit;
    }
    .row[aria-current] .avatar,
    .row[aria-current] .thumb,
    .row[aria-current] .badge {
      background: Highlight;
    }
    .badge,
    .thumb {
      border: 1px solid;
    }
  }
`;
