import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { ParleyClient } from '../../client/types.ts';
import { ParleyBanner } from './banner/parley-banner.ts';
import type { InboxContext } from './context.ts';
import { define } from './define.ts';
import type { Directory, FindListings, FindPeople } from './directory.ts';
import { findDirectory } from './find-directory.ts';
import { inboxStyles } from './inbox-styles.ts';
import { ParleyConversationList, type OpenDetail } from './list/parley-conversation-list.ts';
import { listParts, threadParts, bannerParts } from './parts.ts';
import type { Strings } from './strings/strings.ts';
import { languageAround } from './surroundings.ts';
import { sharedStyles, themeStyles } from './theme/theme.ts';
import { ParleyThread } from './thread/parley-thread.ts';
import { Watch } from './watch.ts';
import { WorkerMessages } from './worker-messages.ts';

export type { FindListings, FindPeople, Listing, Person } from './directory.ts';
export type { Strings } from './strings/strings.ts';
export { ar } from './strings/ar.ts';
export { de } from './strings/de.ts';
export { en } from './strings/en.ts';

/** Below it the list and the thread take turns; inbox-styles.ts has it too. */
const WIDE_PX = 640;

export interface ParleyInboxEventMap {
  /** The reader opened a conversation, in the list or by a notification, or went back to the list. */
  'parley-select': CustomEvent<{ readonly conversationId: string | undefined }>;
  /** How many unread messages there are in the conversations that are loaded, at each change. */
  'parley-unread': CustomEvent<{ readonly count: number }>;
}

/** `<parley-inbox>`: all conversations of a client's user. docs/inbox.md */
export class ParleyInbox extends LitElement {
  static override styles = [themeStyles, sharedStyles, inboxStyles];
  static override properties = {
    client: { attribute: false },
    findListings: { attribute: false },
    findPeople: { attribute: false },
    strings: { attribute: false },
    conversationId: { attribute: 'conversation-id' },
    theme: { reflect: true },
    isNarrow: { state: true },
  };
  /** Whose conversations. It is connected when it is not yet, and never closed. */
  declare client: ParleyClient | undefined;
  declare findListings: FindListings | undefined;
  declare findPeople: FindPeople | undefined;
  /** A translation of your own, for the language that `lang` says. */
  declare strings: Strings | undefined;
  /** The one that is open. */
  declare conversationId: string | null | undefined;
  declare theme: 'auto' | 'light' | 'dark';
  declare protected isNarrow: boolean;

  readonly #user = new Watch(this, () => this.client?.userId);
  readonly #list = new Watch(this, () => this.client?.conversations);
  readonly #size = new ResizeObserver(([entry]) => {
    // Not when it is hidden.
    if (entry !== undefined && entry.contentRect.width > 0)
      this.isNarrow = entry.contentRect.width < WIDE_PX;
  });
  readonly #language = new MutationObserver(() => this.requestUpdate());
  protected readonly workerMessages = new WorkerMessages(this, {
    seen: () => (this.checkVisibility() ? this.#openId : undefined),
    open: (conversationId) => {
      this.#select(conversationId);
      void this.#focusThread();
    },
  });
  #context: InboxContext | undefined;
  #directory: { readonly of: unknown[]; readonly directory: Directory } | undefined;
  #userId: string | undefined;
  /** The client that was there when the conversation was chosen. */
  #chosenFor: ParleyClient | undefined;
  #unreadCount = 0;

  constructor() {
    super();
    this.theme = 'auto';
    this.isNarrow = false;
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'lang', 'dir'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang' || name === 'dir') this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
    this.#language.observe(document.documentElement, { attributeFilter: ['lang', 'dir'] });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
    this.#language.disconnect();
  }

  /** Ids are lower case here; a database may say otherwise. */
  get #openId(): string | undefined {
    return this.conversationId?.toLowerCase() || undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // The page may have any of them undefined: a framework that sets what it has.
    if (this.client?.connection.get().status === 'idle') this.client.connect();
    if (changed.has('conversationId')) this.#chosenFor = this.client;
    const userId = this.#user.value;
    if (userId === undefined || userId === this.#userId) return;
    const isOther = this.#userId !== undefined;
    this.#userId = userId;
    // Another user's conversation is none of this one's, unless the page says so.
    if (isOther && this.#chosenFor !== this.client) this.#select(undefined);
  }

  protected override render(): TemplateResult {
    const { strings, locale, direction, setsDirection } = languageAround(this, this.strings);
    const context = this.#contextFor(strings, locale);
    const id = this.#openId;
    return html`<div
      class="theme"
      part="inbox"
      lang=${locale}
      dir=${setsDirection ? direction : nothing}
    >
      <parley-banner
        exportparts=${bannerParts}
        .context=${context}
        @parley-retry=${() => this.focus()}
      ></parley-banner>
      <div class="panes ${id === undefined ? '' : 'has-thread'}" part="panes">
        <parley-conversation-list
          exportparts=${listParts}
          .context=${context}
          .selectedId=${id}
          @parley-open=${this.#onOpen}
        ></parley-conversation-list>
        <div class="thread" @parley-back=${this.#onBack}>
          <parley-thread
            exportparts=${threadParts}
            .context=${context}
            .conversationId=${id}
            .narrow=${this.isNarrow}
          ></parley-thread>
        </div>
      </div>
    </div>`;
  }

  /** The same object as long as nothing in it is another. */
  #contextFor(strings: Strings, locale: string): InboxContext | undefined {
    const { client } = this;
    if (client === undefined || client === null) return (this.#context = undefined);
    const directory = this.#directoryFor(client, locale);
    const last = this.#context;
    if (
      last?.client !== client ||
      last.directory !== directory ||
      last.strings !== strings ||
      last.locale !== locale
    )
      this.#context = { client, directory, strings, locale };
    return this.#context;
  }

  /** Titles and prices are in a language, too. */
  #directoryFor(client: ParleyClient, locale: string): Directory {
    const of = [client, locale, this.findListings === undefined, this.findPeople === undefined];
    if (this.#directory === undefined || of.some((part, i) => part !== this.#directory?.of[i]))
      this.#directory = { of, directory: findDirectory(this) };
    return this.#directory.directory;
  }

  protected override updated(): void {
    const count = this.#list.value?.unreadCount ?? 0;
    if (count === this.#unreadCount) return;
    this.#unreadCount = count;
    this.#tell('parley-unread', { count });
  }

  /** Of the open conversation, else of the list: after the page itself has opened one, for example. */
  override focus(options?: FocusOptions): void {
    if (this.#openId !== undefined) void this.#focusThread(options);
    else void this.#focusList('');
  }

  async #focusThread(options?: FocusOptions): Promise<void> {
    await this.updateComplete;
    const thread = this.renderRoot.querySelector<ParleyThread>('parley-thread');
    await thread?.updateComplete;
    thread?.focus(options);
  }

  async #focusList(conversationId: string): Promise<void> {
    await this.updateComplete;
    const list = this.renderRoot.querySelector<ParleyConversationList>('parley-conversation-list');
    await list?.focusItem(conversationId);
  }

  readonly #onOpen = (event: CustomEvent<OpenDetail>): void => {
    this.#select(event.detail.conversationId);
    void this.#focusThread();
  };

  readonly #onBack = (event: Event): void => {
    event.stopPropagation();
    const id = this.#openId ?? '';
    this.#select(undefined);
    void this.#focusList(id);
  };

  #select(conversationId: string | undefined): void {
    if (conversationId === this.#openId) return;
    this.conversationId = conversationId;
    this.#tell('parley-select', { conversationId });
  }

  #tell<Name extends keyof ParleyInboxEventMap>(
    name: Name,
    detail: ParleyInboxEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

define('parley-banner', ParleyBanner);
define('parley-conversation-list', ParleyConversationList);
define('parley-thread', ParleyThread);
define('parley-inbox', ParleyInbox);

declare global {
  interface HTMLElementTagNameMap {
    'parley-inbox': ParleyInbox;
  }
  // So that `addEventListener` knows what comes.
  interface HTMLElementEventMap extends ParleyInboxEventMap {}
}
