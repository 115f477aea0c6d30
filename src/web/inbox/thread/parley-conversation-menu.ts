import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { ParleyError } from '../../../client/errors.ts';
import type { ConversationSummary } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';
import { moveInMenu } from '../popup/menu-moves.ts';
import { Popup } from '../popup/popup.ts';
import { popupStyles } from '../popup/popup-styles.ts';
import { bellIcon, clockIcon, mutedIcon, optionsIcon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { menuStyles } from './menu-styles.ts';

const HOUR = 3_600_000;
/** How long a conversation may be muted. */
const HOURS = [1, 8];

/**
 * `<parley-conversation-menu>`: the button `⋮` and what it opens. Fires `parley-say` with what became of it.
 *
 * Parts: `options`, `menu`, `menu-item`.
 */
export class ParleyConversationMenu extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    conversation: { attribute: false },
    isOpen: { state: true },
  };
  static override readonly styles = [sharedStyles, popupStyles, menuStyles];

  declare context: InboxContext | undefined;
  declare conversation: ConversationSummary | undefined;
  declare private isOpen: boolean;

  readonly #button = createRef<HTMLElement>();
  readonly #menu = createRef<HTMLElement>();
  readonly #popup = new Popup(() => (this.isOpen = false));

  constructor() {
    super();
    this.isOpen = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#popup.close();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('conversation');
    if (before !== undefined && before.id !== this.conversation?.id) this.#popup.close();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context, conversation } = this;
    if (context === undefined || conversation === undefined) return nothing;
    const { mute: says } = context.strings;
    return html`<button
        ${ref(this.#button)}
        type="button"
        class="button-icon"
        part="options"
        aria-haspopup="menu"
        aria-expanded=${this.isOpen}
        aria-label=${says.options}
        title=${says.options}
        @click=${this.#toggle}
      >
        ${optionsIcon}
      </button>
      ${this.isOpen ? this.#menuTemplate(context, conversation) : nothing}`;
  }

  #menuTemplate(
    { strings: { mute: says }, locale }: InboxContext,
    { muted }: ConversationSummary,
  ): TemplateResult {
    return html`<div
      ${ref(this.#menu)}
      class="popup menu"
      part="menu"
      popover="manual"
      role="menu"
      aria-label=${says.options}
      @keydown=${this.#onKey}
    >
      ${
        muted
          ? this.#item(bellIcon, says.unmute, undefined)
          : html`<div role="group" aria-labelledby="mute">
              <p id="mute" class="heading" role="presentation">${says.mute}</p>
              ${HOURS.map((hours) =>
                this.#item(clockIcon, says.hours(hours, formatNumber(hours, locale)), hours),
              )}
              ${this.#item(mutedIcon, says.forGood, Infinity)}
            </div>`
      }
    </div>`;
  }

  /** @param hours to be muted; `undefined`: no more */
  #item(picture: TemplateResult, text: string, hours: number | undefined): TemplateResult {
    return html`<button
      type="button"
      class="item"
      part="menu-item"
      role="menuitem"
      tabindex="-1"
      @click=${() => {
        this.#popup.dismiss();
        void this.#mute(hours);
      }}
    >
      ${picture} ${text}
    </button>`;
  }

  async #mute(hours: number | undefined): Promise<void> {
    const { context, conversation } = this;
    if (context === undefined || conversation === undefined) return;
    const { client, strings } = context;
    const { id } = conversation;
    try {
      if (hours === undefined) await client.unmute(id);
      else await client.mute(id, hours === Infinity ? null : new Date(Date.now() + hours * HOUR));
      this.#say(id, hours === undefined ? strings.mute.isUnmuted : strings.mute.isMuted);
    } catch (error) {
      const code = error instanceof ParleyError ? error.code : '';
      // Whoever closed the client knows.
      if (code !== 'closed') this.#say(id, strings.message.why(code));
    }
  }

  /** Not in another conversation, where the reader may be by now. */
  #say(conversationId: string, detail: string): void {
    if (this.conversation?.id !== conversationId) return;
    this.dispatchEvent(new CustomEvent('parley-say', { detail }));
  }

  readonly #toggle = async (): Promise<void> => {
    if (this.isOpen) {
      this.#popup.dismiss();
      return;
    }
    this.isOpen = true;
    await this.updateComplete;
    const [button, menu] = [this.#button.value, this.#menu.value];
    if (button === undefined || menu === undefined) return;
    this.#popup.open(menu, button);
    this.#items[0]?.focus({ preventScroll: true });
  };

  get #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = this.#items;
    const at = items.findIndex((item) => item === this.shadowRoot?.activeElement);
    const to = moveInMenu(event.key, at, items.length);
    if (event.key === 'Tab') this.#popup.dismiss();
    else if (to !== undefined) items[to]?.focus({ preventScroll: true });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-conversation-menu': ParleyConversationMenu;
  }
}
