import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ConversationList, ConversationSummary } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { define } from '../define.ts';
import { formatNumber } from '../format-number.ts';
import { otherParty } from '../parties.ts';
import { ParleySettings } from '../settings/parley-settings.ts';
import { avatarStyles } from '../theme/avatar.ts';
import { clearIcon, gearIcon, searchIcon } from '../theme/icons.ts';
import { onlineDotStyles } from '../theme/online-dot.ts';
import { placeholderStyles } from '../theme/placeholder.ts';
import { sharedStyles } from '../theme/theme.ts';
import { Watch } from '../watch.ts';
import { Clock } from '../clock.ts';
import { listEnd } from './list-end.ts';
import { badge, item, timeOf } from './item.ts';
import { itemStyles } from './item-styles.ts';
import { listStyles } from './list-styles.ts';
import { relativeTime } from './relative-time.ts';
import { Rows } from './rows.ts';
import { matcher } from './search.ts';

/** Of many conversations some time would change each second. */
const PRECISION_MS = 15_000;

/** Of a conversation that was chosen: event `parley-open`. */
export interface OpenDetail {
  readonly conversationId: string;
}

const nothingLoaded: ConversationList = {
  items: [],
  hasMore: false,
  unreadCount: 0,
  loading: { status: 'idle' },
};

/** `<parley-conversation-list>`: the conversations, newest activity first, and their search. */
export class ParleyConversationList extends LitElement {
  static override styles = [
    sharedStyles,
    avatarStyles,
    onlineDotStyles,
    placeholderStyles,
    listStyles,
    itemStyles,
  ];
  static override properties = {
    context: { attribute: false },
    selectedId: { attribute: false },
    query: { state: true },
  };
  declare context: InboxContext | undefined;
  declare selectedId: string | undefined;
  declare protected query: string;

  protected readonly watched = [
    new Watch<unknown>(this, () => this.context?.directory.version),
    new Watch<unknown>(this, () => this.context?.client.userId),
  ];
  readonly #list = new Watch(this, () => this.context?.client.conversations);
  readonly #clock = new Clock(this);
  readonly #rows = new Rows(this);
  readonly #settings = createRef<ParleySettings>();

  constructor() {
    super();
    this.query = '';
  }

  /** The row of that conversation, else the one that Tab would go to, else the search. */
  async focusItem(conversationId: string): Promise<void> {
    await this.updateComplete;
    if (!this.#rows.focus(conversationId)) this.#search?.focus();
  }

  get #search(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input');
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context } = this;
    if (context === undefined) return nothing;
    const list = this.#list.value ?? nothingLoaded;
    const { strings } = context;
    const found = this.#found(list, context);
    return html`<nav class="list" part="list" aria-labelledby="title">
      <header class="head" part="list-header">
        <h2 id="title" part="list-title">${strings.list.title}</h2>
        ${list.unreadCount > 0 ? badge(list.unreadCount, context) : nothing}
        <button
          type="button"
          class="button-icon"
          part="settings-button"
          aria-haspopup="dialog"
          aria-label=${strings.settings.open}
          title=${strings.settings.open}
          @click=${this.#onSettings}
        >
          ${gearIcon}
        </button>
      </header>
      ${list.items.length > 0 || this.query !== '' ? this.#searchField(context) : nothing}
      <div class="scroller" part="list-scroller" tabindex="-1">
        ${this.#items(found, context)}
        ${listEnd(list, { query: this.query, count: found.length }, context.strings, this.#onMore)}
      </div>
      <p class="visually-hidden" role="status">${this.#status(list, found.length, context)}</p>
      <parley-settings
        ${ref(this.#settings)}
        exportparts="settings, settings-section, button"
        .context=${context}
      ></parley-settings>
    </nav>`;
  }

  #found({ items }: ConversationList, context: InboxContext): readonly ConversationSummary[] {
    if (this.query.trim() === '') return items;
    const isMatch = matcher(this.query);
    return items.filter((conversation) =>
      isMatch([
        otherParty(conversation, context).name,
        context.directory.listing(conversation.listingId)?.title,
        conversation.lastMessage?.content,
        ...(conversation.lastMessage?.attachments.map(({ name }) => name) ?? []),
      ]),
    );
  }

  #items(
    found: readonly ConversationSummary[],
    context: InboxContext,
  ): TemplateResult | typeof nothing {
    const now = Date.now();
    if (found.length === 0) return nothing;
    const [version, userId] = this.watched.map(({ value }) => value);
    const tabStop = this.#rows.tabStop(found, this.selectedId);
    return html`<ul
      class="items"
      role="list"
      @click=${this.#onClick}
      @keydown=${this.#rows.onKeyDown}
    >
      ${repeat(
        found,
        ({ id }) => id,
        (conversation) => {
          const time = relativeTime(Date.parse(timeOf(conversation)), now, context.locale);
          this.#clock.changesAt(Math.ceil(time.until / PRECISION_MS) * PRECISION_MS);
          const { id } = conversation;
          const isSelected = id === this.selectedId;
          const isInTabOrder = id === tabStop;
          return guard(
            [conversation, time.text, isSelected, isInTabOrder, context, version, userId],
            () => html`<li>${item({ conversation, time, isSelected, isInTabOrder }, context)}</li>`,
          );
        },
      )}
    </ul>`;
  }

  #searchField({ strings }: InboxContext): TemplateResult {
    return html`<div class="search" part="search" @click=${() => this.#search?.focus()}>
      ${searchIcon}
      <input
        type="text"
        role="searchbox"
        enterkeyhint="search"
        autocomplete="off"
        spellcheck="false"
        dir=${this.query === '' ? nothing : 'auto'}
        part="search-input"
        aria-label=${strings.list.search}
        placeholder=${strings.list.search}
        .value=${this.query}
        @input=${this.#onInput}
        @keydown=${this.#onSearchKey}
      />
      ${
        this.query === ''
          ? nothing
          : html`<button
              type="button"
              class="button-icon"
              aria-label=${strings.list.clearSearch}
              @click=${this.#clear}
            >
              ${clearIcon}
            </button>`
      }
    </div>`;
  }

  #status({ loading }: ConversationList, count: number, context: InboxContext): string {
    const { strings, locale } = context;
    if (loading.status === 'loading') return strings.list.loading;
    if (loading.status === 'failed') return strings.list.failed;
    if (this.query.trim() === '') return '';
    return count === 0
      ? strings.list.noMatch
      : strings.list.found(count, formatNumber(count, locale));
  }

  protected override updated(): void {
    this.#rows.watchEnd(this.renderRoot.querySelector('.sentinel'), this.#loadMore);
  }

  readonly #onSettings = (): void => void this.#settings.value?.open();

  readonly #loadMore = (): void => {
    // What went wrong is in the list's state.
    this.context?.client.loadMoreConversations().catch(() => {});
  };

  /** The button goes away, and the focus with it. */
  readonly #onMore = (): void => {
    if (!this.#rows.focusLast())
      this.renderRoot.querySelector<HTMLElement>('.scroller')?.focus({ preventScroll: true });
    this.#loadMore();
  };

  readonly #onInput = (): void => {
    this.query = this.#search?.value ?? '';
  };

  readonly #clear = (): void => {
    this.query = '';
    this.#search?.focus();
  };

  readonly #onSearchKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Escape' && this.query !== '') {
      // Not also the dialog around the inbox.
      event.stopPropagation();
      this.#clear();
    }
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.#rows.focusFirst();
  };

  readonly #onClick = (event: Event): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-id]');
    if (row === null) return;
    const detail: OpenDetail = { conversationId: row.dataset['id'] ?? '' };
    this.dispatchEvent(new CustomEvent('parley-open', { detail }));
  };
}

define('parley-settings', ParleySettings);
