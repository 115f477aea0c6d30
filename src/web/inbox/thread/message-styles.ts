import { css } from 'lit';

/** The rows. A row has no margin, so that its height is all of it; see row-height.ts. */
export const messageStyles = css`
  .rows {
    line-height: 1.4;
    /* Whole pixels: what scrolling is put right by is whole pixels too. */
    line-height: round(1.4em, 1px);
  }
  .row {
    display: flow-root;
    padding-inline: calc(var(--parley-space) * 2);
    /* What a row draws over its edge, like piles of combining marks, stays in it. */
    contain: layout paint style;
  }
  .start,
  .day {
    text-align: center;
    color: var(--parley-text-muted);
    font-size: 0.86em;
  }
  .start {
    padding-block: 1em 1.4em;
    padding-inline: calc(var(--parley-space) * 4);
    text-wrap: balance;
  }
  .day {
    padding-block: 0.9em 1em;
  }
  .day h3 {
    margin: 0;
    font: inherit;
    font-weight: 600;
  }
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    padding-block-end: 2px;
  }
  .message.own {
    align-items: flex-end;
  }
  .message.last {
    padding-block-end: 10px;
  }
  .body {
    display: flex;
    align-items: center;
    gap: 4px;
    inline-size: 100%;
  }
  .own .body {
    flex-direction: row-reverse;
  }
  .bubble {
    max-inline-size: min(80%, 34em);
    min-inline-size: 2.6em;
    padding: 8px 13px;
    border: 0 solid transparent;
    border-radius: calc(var(--parley-radius) * 1.4);
    background: var(--parley-bubble);
    color: var(--parley-on-bubble);
    overflow: clip;
  }
  /* It is not what anybody copies. */
  .bubble .visually-hidden {
    user-select: none;
  }
  .own .bubble {
    background: var(--parley-bubble-own);
    color: var(--parley-on-bubble-own);
  }
  .message:not(.own, .first) .bubble {
    border-start-start-radius: 5px;
  }
  .message:not(.own, .last) .bubble {
    border-end-start-radius: 5px;
  }
  .own:not(.first) .bubble {
    border-start-end-radius: 5px;
  }
  .own:not(.last) .bubble {
    border-end-end-radius: 5px;
  }
  .content {
    /* Nothing but characters that show nothing is a line too. */
    min-block-size: 1lh;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    /* Each line by its own direction, none by what was turned before it. */
    unicode-bidi: plaintext;
    text-align: start;
  }
  .tombstone {
    color: var(--parley-text-muted);
  }
  .bubble[part~='bubble-deleted'] {
    background: var(--parley-background);
    box-shadow: inset 0 0 0 1px var(--parley-border);
  }
  .more {
    flex: none;
    inline-size: 32px;
    block-size: 32px;
    padding: 0;
    border-radius: 50%;
    line-height: 1;
    color: var(--parley-text-muted);
    opacity: 0;
  }
  .message:hover .more,
  .more:focus-visible,
  .more[aria-expanded='true'] {
    opacity: 1;
  }
  .more:hover,
  .more[aria-expanded='true'] {
    background: var(--parley-hover);
    color: var(--parley-text);
  }
  .more:focus-visible {
    outline-offset: -2px;
  }
  /* Nothing hovers. */
  @media (hover: none) {
    .more {
      opacity: 1;
    }
  }
  .reactions {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    max-inline-size: min(80%, 34em);
    padding-block-start: 4px;
  }
  .own .reactions {
    justify-content: flex-end;
  }
  .reaction {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-block-size: 28px;
    padding: 0 9px;
    border: 1px solid var(--parley-border-strong);
    border-radius: 999px;
    background: var(--parley-background);
    font-size: 0.86em;
    line-height: 1;
    font-variant-numeric: tabular-nums;
  }
  .reaction[aria-pressed='true'] {
    border-color: var(--parley-accent);
    background: var(--parley-selected);
    font-weight: 600;
  }
  .reaction:hover {
    background: var(--parley-hover);
  }
  .reaction:focus-visible {
    outline-offset: -2px;
  }
  /* Where it really leads, when that is not what one reads. */
  .content a[title]::after {
    content: ' (' attr(title) ')';
  }
  .content a {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 2px;
    /* In the order it was written in, whatever stands before it. */
    direction: ltr;
    unicode-bidi: isolate;
  }
  .content a:focus-visible {
    outline-color: currentcolor;
    outline-offset: -1px;
    border-radius: 3px;
  }
  .meta {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-block-start: 3px;
    padding-inline: 4px;
    color: var(--parley-text-muted);
    font-size: 0.76em;
    font-variant-numeric: tabular-nums;
  }
  .meta [part='edited']::after {
    content: ' ·';
  }
  .mark {
    display: inline-flex;
  }
  .mark .icon {
    inline-size: 16px;
    block-size: 16px;
  }
  .mark.read {
    color: var(--parley-accent);
  }
  .mark.failed,
  .reason {
    color: var(--parley-danger);
  }
  .failure {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px 16px;
    padding: 2px 4px 4px;
    font-size: 0.86em;
  }
  .reason {
    flex: 1 0 100%;
    text-align: end;
  }
  .bubble[part~='bubble-failed'] {
    background: var(--parley-background);
    color: var(--parley-text);
    border: 1px solid var(--parley-danger);
  }
  @media (forced-colors: active) {
    .bubble {
      border: 1px solid CanvasText;
    }
    .own .bubble {
      border-color: Highlight;
    }
  }
`;
