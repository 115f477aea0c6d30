import { css } from 'lit';

/** What stands around the rows. */
export const threadStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    min-inline-size: 0;
    background: var(--parley-background);
    color: var(--parley-text);
  }
  .frame {
    position: relative;
    flex: 1;
    min-block-size: 0;
    display: flex;
  }
  .log {
    flex: 1;
    display: flex;
    flex-direction: column;
    min-inline-size: 0;
    overflow: hidden auto;
    /* Opaque: Chromium then scrolls without painting it all again. */
    background: var(--parley-background);
    overscroll-behavior: contain;
    /* message-window.ts does it, also where the browser cannot. */
    overflow-anchor: none;
  }
  .log:focus-visible {
    outline-offset: -2px;
  }
  .rows {
    flex: none;
    position: relative;
    margin-block-start: auto;
  }
  .end {
    position: absolute;
    inset-block-end: 0;
    block-size: 1px;
    inline-size: 1px;
  }
  .state {
    position: absolute;
    inset: 0;
    overflow: auto;
  }
  .pill {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px 14px;
    border: 1px solid var(--parley-border);
    border-radius: 999px;
    background: var(--parley-background);
    color: var(--parley-text);
    font-size: 0.9em;
    box-shadow: 0 2px 10px rgb(0 0 0 / 14%);
  }
  .older {
    position: absolute;
    inset-block-start: 10px;
    inset-inline: 16px;
    inline-size: fit-content;
    margin-inline: auto;
  }
  .jump {
    position: absolute;
    inset-block-end: 12px;
    inset-inline-end: 16px;
    min-block-size: 40px;
    min-inline-size: 40px;
    justify-content: center;
    padding-inline: 10px;
    font-weight: 600;
  }
  .jump:hover {
    background: var(--parley-hover);
  }
  .jump.new {
    padding-inline: 14px;
    border-color: transparent;
    background: var(--parley-accent);
    color: var(--parley-on-accent);
  }
  .typing {
    position: absolute;
    inset-block-end: 6px;
    inset-inline-start: calc(var(--parley-space) * 2);
    display: flex;
    align-items: center;
    gap: 4px;
    block-size: 26px;
    padding-inline: 11px;
    border-radius: 13px;
    background: var(--parley-bubble);
    color: var(--parley-on-bubble);
    /* Apart from the bubbles it stands over while one reads further up. */
    box-shadow: 0 0 0 3px var(--parley-background);
  }
  .dot {
    inline-size: 6px;
    block-size: 6px;
    border-radius: 50%;
    background: currentcolor;
    opacity: 0.45;
    animation: dot 1.2s infinite ease-in-out;
  }
  .dot:nth-child(2) {
    animation-delay: 0.15s;
  }
  .dot:nth-child(3) {
    animation-delay: 0.3s;
  }
  @keyframes dot {
    30% {
      opacity: 1;
      transform: translateY(-3px);
    }
    60% {
      transform: none;
    }
  }
  .spinner {
    inline-size: 1.1em;
    block-size: 1.1em;
    border: 2px solid var(--parley-border-strong);
    border-block-start-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (forced-colors: active) {
    .pill,
    .typing {
      border: 1px solid CanvasText;
    }
    .dot {
      background: CanvasText;
    }
  }
`;
