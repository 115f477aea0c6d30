import { css } from 'lit';

export const inboxStyles = css`
  :host {
    box-sizing: border-box;
    display: flex;
    flex-direction: column;
    inline-size: 100%;
    /* The page says how high it is; 'auto', also by '100%' of nothing, is what .theme would like. */
    block-size: 600px;
    min-block-size: 0;
    overflow: hidden;
    isolation: isolate;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }
  :host([hidden]) {
    display: none;
  }
  .theme {
    display: flex;
    flex-direction: column;
    flex: 1 1 560px;
    min-block-size: 0;
    container-type: size;
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
    overflow-wrap: break-word;
    cursor: default;
    text-align: start;
  }
  parley-banner {
    flex: none;
  }
  .panes {
    display: grid;
    grid: minmax(0, 1fr) / minmax(0, 1fr);
    flex: 1;
    min-block-size: 0;
  }
  .panes > * {
    grid-area: 1 / 1;
    min-block-size: 0;
    min-inline-size: 0;
  }
  .thread {
    position: relative;
    display: flex;
    flex-direction: column;
    overflow: auto;
  }
  .panes:not(.has-thread) > .thread > parley-thread {
    background: var(--parley-surface);
  }
  .thread > * {
    flex: 1;
    min-block-size: 0;
  }
  /* Out of sight, of the keyboard and of screen readers, but where it was scrolled to. */
  .panes.has-thread > parley-conversation-list,
  .panes:not(.has-thread) > .thread {
    visibility: hidden;
  }
  .has-thread > .thread {
    animation: slide-in 0.18s ease-out;
  }
  .has-thread > .thread:dir(rtl) {
    --from: -24px;
  }
  @keyframes slide-in {
    from {
      opacity: 0;
      translate: var(--from, 24px) 0;
    }
  }
  /* As WIDE_PX in parley-inbox.ts. */
  @container (min-width: 640px) {
    .panes {
      grid-template-columns: clamp(280px, 36%, 384px) minmax(0, 1fr);
    }
    .panes > .thread {
      grid-area: 1 / 2;
      border-inline-start: 1px solid var(--parley-border);
      animation: none;
    }
    .panes.has-thread > parley-conversation-list,
    .panes:not(.has-thread) > .thread {
      visibility: visible;
    }
  }
`;
