import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { InboxContext } from '../context.ts';
import { Popup } from '../popup/popup.ts';
import { popupStyles } from '../popup/popup-styles.ts';
import { sharedStyles } from '../theme/theme.ts';
import { COLUMNS, gridTemplates, type Section } from './emoji-grid.ts';
import { type EmojiCategory, findEmoji, loadEmoji } from './emoji-index.ts';
import { moveInGrid } from './grid-moves.ts';
import { pickerStyles } from './picker-styles.ts';

/**
 * `<parley-emoji-picker>`: chooses an emoji, once it is shown. Nothing of it is drawn or loaded before.
 *
 * Part: `emoji-picker`.
 */
export class ParleyEmojiPicker extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    isOpen: { state: true },
    query: { state: true },
    categories: { state: true },
    hasFailed: { state: true },
    current: { state: true },
  };
  static override readonly styles = [sharedStyles, popupStyles, pickerStyles];

  declare context: InboxContext | undefined;
  declare private isOpen: boolean;
  declare private query: string;
  declare private categories: readonly EmojiCategory[] | undefined;
  declare private hasFailed: boolean;
  /** The cell that Tab goes to. */
  declare private current: number;

  readonly #element = createRef<HTMLElement>();
  readonly #search = createRef<HTMLInputElement>();
  readonly #popup = new Popup(() => {
    this.isOpen = false;
  });
  #pick: (emoji: string) => void = () => undefined;
  #loaded: string | undefined;

  constructor() {
    super();
    this.isOpen = false;
    this.query = '';
    this.hasFailed = false;
    this.current = 0;
  }

  /** Opens beside the anchor, or closes when it is open there. @param pick is called once, when it has closed */
  async toggle(anchor: HTMLElement, pick: (emoji: string) => void): Promise<void> {
    if (this.#popup.anchor === anchor) {
      this.#popup.dismiss();
      return;
    }
    this.#popup.close();
    this.#pick = pick;
    this.isOpen = true;
    this.query = '';
    this.current = 0;
    void this.#load();
    await this.updateComplete;
    if (this.#element.value === undefined) return;
    this.#popup.open(this.#element.value, anchor);
    this.#search.value?.focus({ preventScroll: true });
  }

  /** Its anchor may have moved. */
  readonly follow = (): void => this.#popup.follow();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#popup.close();
  }

  async #load(): Promise<void> {
    const locale = this.context?.locale ?? 'en';
    if (this.#loaded === locale) return;
    this.categories = undefined;
    this.hasFailed = false;
    try {
      this.categories = await loadEmoji(locale);
      this.#loaded = locale;
    } catch {
      // No network: the next time it is opened it tries again.
      this.hasFailed = true;
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context } = this;
    if (context === undefined || !this.isOpen) return nothing;
    const { emoji: says, composer } = context.strings;
    const sections = this.#sections(context);
    return html`<div
      ${ref(this.#element)}
      class="popup picker"
      part="emoji-picker"
      popover="manual"
      role="dialog"
      aria-label=${composer.emoji}
    >
      <input
        ${ref(this.#search)}
        class="search"
        type="text"
        role="searchbox"
        autocomplete="off"
        spellcheck="false"
        dir=${this.query === '' ? nothing : 'auto'}
        aria-label=${says.search}
        placeholder=${says.search}
        .value=${this.query}
        @input=${this.#onInput}
        @keydown=${this.#onSearchKey}
      />
      ${this.query === '' ? this.#tabs(context) : nothing}
      <div class="sections" @keydown=${this.#onKey} @click=${this.#onClick}>
        ${this.#hint(sections, context)} ${gridTemplates(sections, this.current, says.search)}
      </div>
    </div>`;
  }

  #sections({ strings }: InboxContext): readonly Section[] {
    const categories = this.categories ?? [];
    if (this.query.trim() !== '') {
      const emoji = findEmoji(categories, this.query);
      return emoji.length === 0 ? [] : [{ title: undefined, emoji }];
    }
    return categories.map(({ key, emoji }) => ({
      title: strings.emoji.categories[key],
      emoji,
    }));
  }

  #hint(sections: readonly Section[], { strings: { emoji } }: InboxContext): TemplateResult {
    let text = '';
    if (this.hasFailed) text = emoji.failed;
    else if (this.categories === undefined) text = emoji.loading;
    else if (sections.length === 0) text = emoji.noMatch;
    return html`<p class=${text === '' ? 'visually-hidden' : 'hint'} role="status">${text}</p>`;
  }

  #tabs({ strings }: InboxContext): TemplateResult {
    return html`<div class="tabs">
      ${(this.categories ?? []).map(({ key, emoji }, section) => {
        const title = strings.emoji.categories[key];
        return html`<button
          type="button"
          class="emoji"
          aria-label=${title}
          title=${title}
          @click=${() => this.#goTo(section)}
        >
          ${emoji[0]?.emoji}
        </button>`;
      })}
    </div>`;
  }

  #goTo(section: number): void {
    const categories = this.categories ?? [];
    const at = categories.slice(0, section).reduce((sum, { emoji }) => sum + emoji.length, 0);
    this.current = at;
    this.renderRoot.querySelector(`#section-${section}`)?.scrollIntoView({ block: 'start' });
    this.#focusCell(at);
  }

  #focusCell(index: number): void {
    this.current = index;
    this.renderRoot.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
  }

  readonly #onInput = (): void => {
    this.query = this.#search.value?.value ?? '';
    this.current = 0;
  };

  readonly #onSearchKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') this.#focusCell(this.current);
    else if (event.key === 'Enter' && this.query.trim() !== '')
      this.#choose(findEmoji(this.categories ?? [], this.query)[0]?.emoji);
    else return;
    event.preventDefault();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || this.context === undefined) return;
    const isRtl = this.matches(':dir(rtl)');
    const sideways = {
      ArrowRight: isRtl ? 'previous' : 'next',
      ArrowLeft: isRtl ? 'next' : 'previous',
    };
    const key = Object.hasOwn(sideways, event.key)
      ? sideways[event.key as keyof typeof sideways]
      : event.key;
    const sizes = this.#sections(this.context).map(({ emoji }) => emoji.length);
    const to = moveInGrid(key, this.current, sizes, COLUMNS);
    if (to === undefined && key !== 'ArrowUp') return;
    event.preventDefault();
    if (to === undefined) this.#search.value?.focus();
    else this.#focusCell(to);
  };

  readonly #onClick = (event: Event): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-emoji]');
    this.#choose(cell?.dataset['emoji']);
  };

  #choose(emoji: string | undefined): void {
    if (emoji === undefined) return;
    this.#popup.dismiss();
    this.#pick(emoji);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-emoji-picker': ParleyEmojiPicker;
  }
}
