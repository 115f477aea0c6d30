import { css } from 'lit';

/** Of what attachments.ts draws; layout.ts has the heights too. */
export const attachmentStyles = css`
  .bubble.with-files {
    padding: 4px;
  }
  .with-files .content {
    padding: 2px 9px;
  }
  .files {
    max-inline-size: 100%;
  }
  .photos {
    margin-block-end: 4px;
  }
  .photos:not(.one) {
    display: grid;
    gap: 4px;
    inline-size: 280px;
    max-inline-size: 100%;
  }
  .columns-2 {
    grid-template-columns: repeat(2, minmax(0, 1fr));
  }
  .columns-3 {
    grid-template-columns: repeat(3, minmax(0, 1fr));
  }
  .photo {
    display: grid;
    place-items: center;
    position: relative;
    max-inline-size: 100%;
    padding: 0;
    overflow: hidden;
    border-radius: calc(var(--parley-radius) * 1.1);
    background: var(--parley-surface);
    color: var(--parley-text-muted);
    cursor: zoom-in;
  }
  .photo img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .photo:focus-visible {
    outline: 2px solid var(--parley-background);
    outline-offset: -4px;
    box-shadow: inset 0 0 0 2px var(--parley-focus);
  }
  .photo:focus-visible img {
    clip-path: inset(4px);
  }
  .file {
    display: flex;
    align-items: center;
    gap: 10px;
    block-size: 56px;
    margin-block-end: 4px;
    padding: 4px 10px;
    inline-size: 280px;
    max-inline-size: 100%;
    border-radius: calc(var(--parley-radius) * 1.1);
    background: var(--parley-background);
    color: var(--parley-text);
    text-decoration: none;
  }
  .file:focus-visible {
    outline-offset: -3px;
  }
  .file .icon {
    flex: none;
    color: var(--parley-text-muted);
  }
  .file-words {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.3;
  }
  .file-name {
    display: block;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    font-weight: 600;
  }
  .file:hover .file-name {
    text-decoration: underline;
  }
  .file-size {
    color: var(--parley-text-muted);
    font-size: 0.86em;
  }
  @media (forced-colors: active) {
    .file,
    .photo {
      border: 1px solid CanvasText;
    }
  }
`;
