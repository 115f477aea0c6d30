import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { StoredMessage } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { QUICK_REACTIONS } from '../emoji/quick-reactions.ts';
import { Popup } from '../popup/popup.ts';
import { popupStyles } from '../popup/popup-styles.ts';
import { icon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { menuStyles } from './menu-styles.ts';

const editIcon = icon(
  svg`<path d="M4 20l1-4.5L16.5 4a2 2 0 0 1 3 0l.5.5a2 2 0 0 1 0 3L8.5 19z" />`,
);
const deleteIcon = icon(
  svg`<path d="M4 7h16M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5" />`,
);
const copyIcon = icon(
  svg`<rect x="8" y="8" width="12" height="12" rx="2" /><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2" />`,
);
const moreIcon = icon(svg`<path d="M12 6v12M6 12h12" />`);

/** What was chosen, for which message. The anchor has the focus again. */
export interface MessageChoice {
  readonly action: 'edit' | 'delete' | 'copy' | 'react' | 'picker';
  readonly message: StoredMessage;
  readonly anchor: HTMLElement;
  readonly emoji: string;
}

/**
 * `<parley-message-menu>`: what can be done with a message. Fires `parley-choose` with a `MessageChoice`, and `parley-closed`.
 *
 * Parts: `menu`, `menu-item`.
 */
export class ParleyMessageMenu extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    message: { state: true },
  };
  static override readonly styles = [sharedStyles, popupStyles, menuStyles];

  declare context: InboxContext | undefined;
  declare private message: StoredMessage | undefined;

  readonly #element = createRef<HTMLElement>();
  readonly #popup = new Popup(() => {
    this.message = undefined;
    this.dispatchEvent(new CustomEvent('parley-closed'));
  });

  /** Opens beside the anchor, or closes when it is open there. */
  async toggle(anchor: HTMLElement, message: StoredMessage): Promise<void> {
    if (this.#popup.anchor === anchor) {
      this.#popup.dismiss();
      return;
    }
    this.#popup.close();
    this.message = message;
    await this.updateComplete;
    if (this.#element.value === undefined) return;
    this.#popup.open(this.#element.value, anchor);
    this.#focus(0);
  }

  /** Its anchor may have moved. */
  readonly follow = (): void => this.#popup.follow();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#popup.close();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context, message } = this;
    if (context === undefined || message === undefined) return nothing;
    const { message: says } = context.strings;
    const userId = context.client.userId.get() ?? '';
    const isOwn = message.senderId === userId;
    return html`<div
      ${ref(this.#element)}
      class="popup menu"
      part="menu"
      popover="manual"
      role="menu"
      aria-label=${says.actions}
      @keydown=${this.#onKey}
    >
      <div class="quick" role="group" aria-label=${says.moreReactions}>
        ${QUICK_REACTIONS.map((emoji) => {
          const mine = message.reactions.find((reaction) => reaction.emoji === emoji);
          return html`<button
            type="button"
            class="emoji"
            part="menu-item"
            role="menuitemcheckbox"
            tabindex="-1"
            aria-checked=${mine?.userIds.includes(userId) ?? false}
            aria-label=${says.react(emoji)}
            @click=${() => this.#choose('react', emoji)}
          >
            ${emoji}
          </button>`;
        })}
        <button
          type="button"
          part="menu-item"
          role="menuitem"
          tabindex="-1"
          aria-label=${says.moreReactions}
          title=${says.moreReactions}
          @click=${() => this.#choose('picker')}
        >
          ${moreIcon}
        </button>
      </div>
      ${isOwn ? this.#item('edit', editIcon, says.edit) : nothing}
      ${message.content === '' ? nothing : this.#item('copy', copyIcon, says.copy)}
      ${isOwn ? this.#item('delete', deleteIcon, says.delete) : nothing}
    </div>`;
  }

  #item(action: MessageChoice['action'], picture: TemplateResult, text: string): TemplateResult {
    return html`<button
      type="button"
      class="item ${action === 'delete' ? 'danger' : ''}"
      part="menu-item"
      role="menuitem"
      tabindex="-1"
      @click=${() => this.#choose(action)}
    >
      ${picture} ${text}
    </button>`;
  }

  #choose(action: MessageChoice['action'], emoji = ''): void {
    const { message } = this;
    const { anchor } = this.#popup;
    if (message === undefined || anchor === undefined) return;
    this.#popup.dismiss();
    const detail: MessageChoice = { action, message, anchor, emoji };
    this.dispatchEvent(new CustomEvent('parley-choose', { detail }));
  }

  get #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  }

  #focus(index: number): void {
    const items = this.#items;
    items[(index + items.length) % items.length]?.focus({ preventScroll: true });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = this.#items;
    const at = items.findIndex((item) => item === this.shadowRoot?.activeElement);
    // Up and down, the row of reactions is one step.
    const row = QUICK_REACTIONS.length;
    const isRtl = this.matches(':dir(rtl)');
    switch (event.key) {
      case 'ArrowDown':
        this.#focus(at <= row ? row + 1 : at + 1);
        break;
      case 'ArrowUp':
        this.#focus(at <= row ? -1 : at === row + 1 ? 0 : at - 1);
        break;
      case 'ArrowRight':
      case 'ArrowLeft':
        this.#focus(at + ((event.key === 'ArrowRight') === isRtl ? -1 : 1));
        break;
      case 'Home':
        this.#focus(0);
        break;
      case 'End':
        this.#focus(-1);
        break;
      case 'Tab':
        this.#popup.dismiss();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-message-menu': ParleyMessageMenu;
  }
}
