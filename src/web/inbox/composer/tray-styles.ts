import { css } from 'lit';

/** Of the files and the message that is edited, above the text. */
export const trayStyles = css`
  .tray {
    grid-column: 1 / -1;
    display: flex;
    flex-direction: column;
    gap: 4px;
    max-block-size: min(11em, 35cqb);
    margin: 0;
    padding: 4px;
    overflow: auto;
    list-style: none;
    overscroll-behavior: contain;
  }
  .upload {
    display: flex;
    align-items: center;
    flex: none;
    gap: 10px;
    padding: 4px;
    border-radius: calc(var(--parley-radius) * 1.2);
    background: var(--parley-surface);
  }
  .preview {
    display: grid;
    place-items: center;
    position: relative;
    flex: none;
    inline-size: 40px;
    block-size: 40px;
    overflow: hidden;
    border-radius: 8px;
    color: var(--parley-text-muted);
  }
  .preview img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .about {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }
  .upload-name {
    display: block;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    font-weight: 600;
  }
  .upload-state {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    color: var(--parley-text-muted);
    font-size: 0.86em;
  }
  .upload-error {
    color: var(--parley-danger);
  }
  progress {
    flex: 1 1 60px;
    min-inline-size: 40px;
    block-size: 6px;
    appearance: none;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    background: var(--parley-border-strong);
    accent-color: var(--parley-accent);
  }
  progress::-webkit-progress-bar {
    background: var(--parley-border-strong);
  }
  progress::-webkit-progress-value {
    background: var(--parley-accent);
    transition: inline-size 0.2s;
  }
  progress::-moz-progress-bar {
    background: var(--parley-accent);
  }
  .small {
    inline-size: 36px;
    block-size: 36px;
  }
  .editing {
    grid-column: 1 / -1;
    display: flex;
    align-items: center;
    gap: 8px;
    padding-inline: 12px 0;
    font-size: 0.9em;
    font-weight: 600;
    color: var(--parley-text-muted);
  }
  .editing span {
    flex: 1;
    min-inline-size: 0;
  }
  .problem {
    grid-column: 1 / -1;
    margin: 0;
    padding: 2px 12px;
    font-size: 0.9em;
    color: var(--parley-danger);
  }
  .tools {
    display: flex;
    align-self: end;
    padding-block-end: 2px;
  }
  /* Phones have emoji on their keyboard, and a camera. */
  .camera {
    display: none;
  }
  @media (pointer: coarse) {
    .camera {
      display: inline-grid;
    }
    .emoji-button {
      display: none;
    }
  }
`;
