import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';
import { checkIcon, clockIcon, offlineIcon, spinnerIcon, warningIcon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { Watch } from '../watch.ts';
import { Clock } from '../clock.ts';
import { BannerStory, type BannerView } from './banner-view.ts';

const icons = {
  connecting: spinnerIcon,
  waiting: clockIcon,
  offline: offlineIcon,
  signedOut: warningIcon,
  failed: warningIcon,
  back: checkIcon,
};

/**
 * `<parley-banner>`: says when there is no connection, what happens about it, and that it is back. Fires `parley-retry` when its button
 * was pressed, which goes away.
 */
export class ParleyBanner extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .banner {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--parley-space);
        min-block-size: 40px;
        padding: 6px calc(var(--parley-space) * 2);
        background: var(--parley-notice);
        color: var(--parley-on-notice);
        font-size: 0.9333em;
        font-weight: 500;
        animation: appear 0.18s ease-out;
      }
      .connecting {
        background: var(--parley-surface);
        color: var(--parley-text-muted);
      }
      .back {
        background: var(--parley-selected);
        color: var(--parley-text);
      }
      .icon {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
      }
      .connecting .icon {
        animation: turn 0.9s linear infinite;
      }
      .button-link {
        flex: none;
        min-block-size: 28px;
        margin: 0;
        color: inherit;
      }
      @keyframes turn {
        to {
          rotate: 1turn;
        }
      }
      .words {
        font-variant-numeric: tabular-nums;
      }
      @keyframes appear {
        from {
          opacity: 0;
          translate: 0 -6px;
        }
      }
      @media (forced-colors: active) {
        .banner {
          border-block-end: 1px solid CanvasText;
        }
      }
    `,
  ];
  static override properties = { context: { attribute: false } };
  declare context: InboxContext | undefined;

  readonly #connection = new Watch(this, () => this.context?.client.connection);
  readonly #clock = new Clock(this);
  #story = new BannerStory();
  /** What is told to screen readers: not each second of a countdown. */
  #told: { readonly kind: BannerView['kind']; readonly text: string } = { kind: 'none', text: '' };

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('context');
    if (before !== undefined && before.client !== this.context?.client)
      this.#story = new BannerStory();
  }

  protected override render(): TemplateResult | typeof nothing {
    const connection = this.#connection.value;
    if (this.context === undefined || connection === undefined) return nothing;
    const view = this.#story.view(connection, Date.now());
    this.#clock.changesAt(view.until ?? Infinity);
    const text = this.#text(view, this.context);
    if (view.kind !== this.#told.kind) this.#told = { kind: view.kind, text };
    return html`<p class="visually-hidden" role="status">${this.#told.text}</p>
      ${
        view.kind === 'none'
          ? nothing
          : html`<div class="banner ${view.kind}" part="banner banner-${view.kind.toLowerCase()}">
              ${icons[view.kind]}
              <span class="words" aria-hidden="true">${text}</span>
              ${this.#action(view.kind, connection.status, this.context)}
            </div>`
      }`;
  }

  #text(view: BannerView, { strings: { connection }, locale }: InboxContext): string {
    if (view.kind === 'none') return '';
    if (view.kind !== 'waiting') return connection[view.kind];
    return connection.waiting(view.seconds, formatNumber(view.seconds, locale));
  }

  #action(kind: BannerView['kind'], status: string, { client, strings }: InboxContext): unknown {
    if (status !== 'waiting' && status !== 'failed') return nothing;
    return html`<button
      type="button"
      class="button-link"
      part="banner-button"
      @click=${() => {
        client.connect();
        this.dispatchEvent(new CustomEvent('parley-retry'));
      }}
    >
      ${kind === 'signedOut' ? strings.list.retry : strings.connection.retryNow}
    </button>`;
  }
}
