import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { ParleyComposer } from '../composer/parley-composer.ts';
import { Clock } from '../clock.ts';
import type { InboxContext } from '../context.ts';
import { define } from '../define.ts';
import { lastSeen } from '../last-seen.ts';
import { composerParts } from '../parts.ts';
import { startOfDay } from '../start-of-day.ts';
import { Watch } from '../watch.ts';
import { FileDrop } from '../files/file-drop.ts';
import { ParleyLightbox } from '../files/parley-lightbox.ts';
import { rowTemplate, type RowContext } from './message-row.ts';
import { MenuKeys } from './menu-keys.ts';
import { MessageActions } from './message-actions.ts';
import { MessageWindow } from './message-window.ts';
import { metricsOf } from './metrics.ts';
import { type OverlayActions, chooseTemplate, overlaysTemplate } from './overlays.ts';
import { ParleyConversationMenu } from './parley-conversation-menu.ts';
import { ParleyMessageMenu } from './parley-message-menu.ts';
import { rowContextOf } from './row-context.ts';
import { Reading } from './reading.ts';
import { headerTemplate, subjectOf, type Subject } from './thread-header.ts';
import { ThreadModel } from './thread-model.ts';
import { threadSheets } from './thread-sheets.ts';

/**
 * One conversation: its messages, and where one writes. `parley-back` is fired when the reader wants to go back.
 *
 * Parts; the names that `<parley-inbox>` gives them are in parts.ts:
 * - above: `header`, `back`, `avatar`, `online`, `name`, `muted`, `seen`, `options`, `listing`, `listing-link`, `listing-picture`, `price`;
 * - messages: `frame` (around them and what lies over them), `messages` (scrolls), `start`, `day`, `message`, `message-own`,
 *   `message-other`, `bubble`, `bubble-own`, `bubble-other`, `bubble-<status>`, `link`, `meta`, `time`, `mark`, `mark-<status>`,
 *   `failure`, `retry`, `discard`, `bubble-deleted`, `edited`, `message-actions`, `reactions`, `reaction`, `reaction-own`, `files`, `photo`,
 *   `file`, `file-name`; a status is `sending`, `sent`, `read` or `failed`;
 * - over them: `older` (they load, or could not be), `typing`, `jump`, `jump-new`, `notice`, `drop`, `menu`, `menu-item`, `emoji-picker`,
 *   `confirm`, `lightbox`, `lightbox-photo`;
 * - instead of them: `loading`, `error`, `empty`, in these `placeholder` and `button`;
 * - below: `composer`, and the composer's own.
 */
export class ParleyThread extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    conversationId: { attribute: false },
    narrow: { type: Boolean },
  };
  static override readonly styles = threadSheets;

  declare context: InboxContext | undefined;
  declare conversationId: string | undefined;
  /** Whether there is a way back. */
  declare narrow: boolean;

  #model: ThreadModel | undefined;
  #subject: Subject | undefined;
  /** What had the focus before the drawing. */
  #focused: Element | undefined;
  #rowContext: RowContext | undefined;
  readonly #log = createRef<HTMLElement>();
  readonly #rows = createRef<HTMLElement>();
  readonly #end = createRef<HTMLElement>();
  readonly #composer = createRef<ParleyComposer>();
  readonly #window = new MessageWindow(this, () => {
    const [scroller, rows] = [this.#log.value, this.#rows.value];
    return scroller && rows && { scroller, rows, metrics: () => metricsOf(rows) };
  });
  readonly #lightbox = createRef<ParleyLightbox>();
  readonly #menuKeys = new MenuKeys();
  readonly #actions = new MessageActions(this, {
    thread: () => this.#model?.thread,
    context: () => this.context,
    edit: (message) => this.#composer.value?.edit(message),
  });
  readonly #drop = new FileDrop(
    this,
    () => this.#composer.value?.takesFiles ?? false,
    (files) => this.#composer.value?.addFiles(files),
  );
  readonly #clock = new Clock(this);
  readonly #reading = new Reading(this, () => this.#model?.markRead());

  readonly #overlayActions: OverlayActions = {
    retrying: (retry) => () => {
      this.#log.value?.focus({ preventScroll: true });
      retry();
    },
    jump: () => {
      // The button goes away.
      this.#log.value?.focus({ preventScroll: true });
      this.#window.scrollToEnd(!matchMedia('(prefers-reduced-motion: reduce)').matches);
    },
  };

  constructor() {
    super();
    const client = () => this.context?.client;
    const sources = [
      () => this.#model?.thread.state,
      () => client()?.conversations,
      () => client()?.userId,
      () => this.context?.directory.version,
    ];
    for (const source of sources) this.addController(new Watch<unknown>(this, source));
  }

  /** Of what one does next in a conversation: writing, where a keyboard would not jump up. */
  override focus(options?: FocusOptions): void {
    const hasKeyboard = matchMedia('(pointer: fine)').matches;
    const target = hasKeyboard ? this.#composer.value : this.#log.value;
    (target ?? this.#log.value)?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#focused = this.shadowRoot?.activeElement ?? undefined;
    const { context, conversationId } = this;
    if (context === undefined) {
      this.#model = undefined;
      return;
    }
    const { client, strings, locale } = context;
    const thread = conversationId ? client.thread(conversationId) : undefined;
    if (this.#model?.client !== client || this.#model.thread !== thread) {
      this.#model = thread && new ThreadModel(client, thread);
      this.#window.reset();
      this.#actions.reset();
      this.#rowContext = undefined;
    }
    const conversations = client.conversations.get().items;
    this.#subject = subjectOf(
      conversations.find(({ id }) => id === conversationId),
      context,
    );
    const { name } = this.#subject.person;
    const userId = client.userId.get();
    const last = this.#rowContext;
    if (changed.has('context') || last?.name !== name || last.userId !== userId)
      this.#rowContext =
        this.#model &&
        rowContextOf(context, this.#model, name, this.#actions, (id) => {
          void this.#lightbox.value?.open(id);
        });
    this.#window.show(this.#model?.rows ?? []);
    this.#model?.update(this.#window.isAtEnd, name, strings, locale);
  }

  protected override updated(): void {
    // A message that is scrolled away, a button that has nothing to do any more: the focus goes to what is around them.
    if (this.#focused?.isConnected === false) this.#log.value?.focus({ preventScroll: true });
    if (this.#end.value) this.#reading.end = this.#end.value;
    this.#reading.check();
    this.#actions.follow();
    if (this.#window.isNearStart) this.#model?.wantOlder();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context } = this;
    const [model, subject] = [this.#model, this.#subject];
    if (context === undefined) return nothing;
    if (model === undefined || subject === undefined) return chooseTemplate(context);
    const { name } = subject.person;
    const seen = this.#lastSeen(subject, context);
    return html`${headerTemplate(subject, seen, context, {
        back: this.narrow ? this.#onBack : undefined,
        say: this.#onSay,
      })}
      <div class="frame" part="frame">
        ${this.#logTemplate(context, model, name)}
        ${overlaysTemplate(model, name, this.#window.isAtEnd, context, this.#overlayActions)}
      </div>
      <div class="visually-hidden" aria-live="polite">
        ${repeat(
          model.announcements,
          ({ key }) => key,
          ({ text }) => html`<p>${text}</p>`,
        )}
      </div>
      ${model.isClosed ? nothing : this.#composerTemplate(context, model, name)}
      ${this.#actions.template(context)} ${this.#drop.template(context.strings)}
      <parley-lightbox
        ${ref(this.#lightbox)}
        exportparts="lightbox, lightbox-photo"
        .context=${context}
        .messages=${model.state.messages}
        .urls=${model.urls}
        @parley-closed=${this.#onLightboxClosed}
      ></parley-lightbox>`;
  }

  #lastSeen({ conversation }: Subject, { strings, locale }: InboxContext): string | undefined {
    const seen = conversation && lastSeen(conversation.presence, Date.now(), strings, locale);
    if (seen) this.#clock.changesAt(seen.until);
    return seen?.text;
  }

  #logTemplate(context: InboxContext, model: ThreadModel, name: string): TemplateResult {
    const { messages, hasOlder, loading } = model.state;
    const { rows } = model;
    const count = hasOlder ? -1 : messages.length;
    const today = startOfDay(Date.now());
    const { items } = this.#window;
    const tabStop = this.#menuKeys.tabStop(items.flatMap(({ index }) => rows[index] ?? []));
    this.#clock.changesAt(startOfDay(today, 1));
    return html`<div
      ${ref(this.#log)}
      class="log"
      part="messages"
      role="log"
      aria-live="off"
      aria-label=${context.strings.thread.messages(name)}
      aria-busy=${loading.status === 'loading'}
      tabindex="0"
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
      @focusin=${this.#menuKeys.onFocus}
    >
      <div ${ref(this.#rows)} class="rows">
        ${repeat(
          items,
          ({ key }) => key,
          ({ index }) => {
            const row = rows[index];
            const rowContext = this.#rowContext;
            if (row === undefined || rowContext === undefined) return nothing;
            const isTabStop = row.key === tabStop;
            return guard([row, index, count, isTabStop, rowContext, today], () =>
              rowTemplate(row, index, count, isTabStop, rowContext),
            );
          },
        )}
        <span ${ref(this.#end)} class="end"></span>
      </div>
    </div>`;
  }

  #composerTemplate(context: InboxContext, model: ThreadModel, name: string): TemplateResult {
    return html`<parley-composer
      ${ref(this.#composer)}
      part="composer"
      exportparts=${composerParts}
      .context=${context}
      .conversationId=${model.thread.conversationId}
      .name=${name}
      @input=${this.#onInput}
      @parley-sent=${this.#onSent}
    ></parley-composer>`;
  }

  readonly #onSay = ({ detail }: CustomEvent<string>): void => this.#actions.notice.say(detail);

  readonly #onBack = (): void => {
    this.dispatchEvent(new CustomEvent('parley-back', { bubbles: true, composed: true }));
  };

  /** While a text is replaced, the composer may become smaller and grow again unseen, and the end is lost. */
  readonly #onInput = (): void => {
    if (this.#window.isAtEnd) this.#window.goToEnd();
  };

  readonly #onSent = (): void => this.#window.goToEnd();

  /** Its photo was deleted, or has scrolled away. */
  readonly #onLightboxClosed = (): void => {
    if (document.activeElement === document.body) this.#log.value?.focus({ preventScroll: true });
  };

  readonly #onScroll = (): void => {
    this.#actions.follow();
    if (this.#window.scrolled()) this.requestUpdate();
    if (this.#window.isNearStart) this.#model?.wantOlder();
  };

  /** The browser would fly past thousands, or only as far as is drawn. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const rows = this.#rows.value;
    if (rows && this.#menuKeys.onKey(event, rows)) this.requestUpdate();
    else if (event.key === 'Home') this.#window.scrollToStart();
    else if (event.key === 'End') this.#window.scrollToEnd();
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-thread': ParleyThread;
  }
}

define('parley-composer', ParleyComposer);
define('parley-conversation-menu', ParleyConversationMenu);
define('parley-message-menu', ParleyMessageMenu);
define('parley-lightbox', ParleyLightbox);
