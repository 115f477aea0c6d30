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
