import { css } from 'lit';

export const lightboxStyles = css`
  dialog {
    inline-size: 100vw;
    block-size: 100vh;
    block-size: 100dvh;
    max-inline-size: none;
    max-block-size: none;
    margin: 0;
    padding: 0;
    border: 0;
    overflow: hidden;
    background: rgb(10 11 15 / 94%);
    color: #ffffff;
  }
  dialog[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  }
  dialog::backdrop {
    background: none;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 12px;
  }
  .name {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    font-weight: 600;
  }
  .position {
    flex: none;
    font-variant-numeric: tabular-nums;
  }
  .stage {
    position: relative;
    display: grid;
    place-items: center;
    min-block-size: 0;
    padding: 0 8px 8px;
  }
  .stage img {
    max-inline-size: 100%;
    max-block-size: 100%;
    min-block-size: 0;
    object-fit: contain;
  }
  .round {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    padding: 0;
    border-radius: 50%;
    background: rgb(10 11 15 / 70%);
    color: inherit;
  }
  .round:hover {
    background: #3a3d48;
  }
  .round:focus-visible {
    outline-color: #ffffff;
    outline-offset: -3px;
  }
  .step {
    position: absolute;
    inset-block-start: calc(50% - 22px);
  }
  .step.previous {
    inset-inline-start: 10px;
  }
  .step.next {
    inset-inline-end: 10px;
  }
  .step .icon:dir(rtl) {
    transform: scaleX(-1);
  }
  @media (forced-colors: active) {
    .round {
      border: 1px solid ButtonText;
    }
  }
`;
