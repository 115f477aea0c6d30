import { css, html, nothing, type TemplateResult } from 'lit';

/** Over the corner of an avatar, which stands before it in a positioned parent. What it means is said beside it, in words. */
export const onlineDot = (isOnline: boolean): TemplateResult | typeof nothing =>
  isOnline ? html`<span class="online" part="online"></span>` : nothing;

export const onlineDotStyles = css`
  .online {
    position: absolute;
    inset-block-end: 0;
    inset-inline-end: 0;
    inline-size: 12px;
    block-size: 12px;
    border: 2px solid var(--_ground, var(--parley-background));
    border-radius: 50%;
    background: var(--parley-online);
  }
  @media (forced-colors: active) {
    .online {
      forced-color-adjust: none;
      border-color: Canvas;
      background: CanvasText;
    }
  }
`;
