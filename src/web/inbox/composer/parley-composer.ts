import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { StoredMessage, Thread, Upload } from '../../../client/types.ts';
import { MAX_ATTACHMENTS } from '../../../protocol/limits.ts';
import type { InboxContext } from '../context.ts';
import { define } from '../define.ts';
import { ParleyEmojiPicker } from '../emoji/parley-emoji-picker.ts';
import { formatNumber } from '../format-number.ts';
import { checkIcon, icon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { Watch } from '../watch.ts';
import { composerStyles } from './composer-styles.ts';
import { bytesLeft, toContent } from './content.ts';
import { counterText } from './counter-text.ts';
import { Editor, lastOwn } from './editor.ts';
import { editingTemplate } from './editing.ts';
import { Previews } from './previews.ts';
import { toolsTemplate } from './tools.ts';
import { trayTemplate } from './tray.ts';
import { trayStyles } from './tray-styles.ts';

const sendIcon = icon(svg`<path d="M4 12 3 4.5 21 12 3 19.5zh8" />`);

/**
 * Where one writes. Fires `parley-sent` after a message has been handed on.
 *
 * Parts: `field` (around all of it), `input`, `counter` (how much may still be written), `send`, `attach`, `camera`, `emoji`,
 * `emoji-picker`, `editing` and `cancel` (a message is edited), `problem`; of files `tray`, `upload`, `upload-<status>`, `upload-progress`,
 * `upload-retry`, `upload-cancel`.
 */
export class ParleyComposer extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    conversationId: { attribute: false },
    name: { attribute: false },
    text: { state: true },
    problem: { state: true },
  };
  static override readonly styles = [sharedStyles, composerStyles, trayStyles];

  declare context: InboxContext | undefined;
  declare conversationId: string | undefined;
  /** Whom one writes to. */
  declare name: string;
  declare private text: string;
  /** Why something could not be added or sent. */
  declare private problem: string;

  readonly #input = createRef<HTMLTextAreaElement>();
  readonly #picker = createRef<ParleyEmojiPicker>();
  readonly #state = new Watch(this, () => this.#thread?.state);
  readonly #connection = new Watch(this, () => this.context?.client.connection);
  readonly #previews = new Previews(this);
  readonly #editor = new Editor(this);
  #draft = '';
  #warning = '';

  constructor() {
    super();
    this.name = '';
    this.text = '';
    this.problem = '';
  }

  override focus(options?: FocusOptions): void {
    this.#input.value?.focus(options);
  }

  /** Whether files can be added now. */
  get takesFiles(): boolean {
    return this.#thread !== undefined && !this.#editor.isOn;
  }

  /** They are uploaded, and shown above the text until they are sent. More than a message can have are left out. */
  addFiles(files: readonly File[]): void {
    const { context } = this;
    const thread = this.#thread;
    if (context === undefined || thread === undefined || !this.takesFiles) return;
    const room = MAX_ATTACHMENTS - this.#uploads.length;
    for (const file of files.slice(0, room)) thread.upload(file, file.name);
    const most = formatNumber(MAX_ATTACHMENTS, context.locale);
    this.problem = files.length > room ? context.strings.files.tooMany(MAX_ATTACHMENTS, most) : '';
    this.focus({ preventScroll: true });
  }

  /** Writes a message of one's own anew; what was being written comes back afterwards. */
  edit(message: StoredMessage): void {
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#editor.begin(thread, message);
    this.text = message.content;
    this.problem = '';
    void this.#focusEnd();
  }

  async #focusEnd(): Promise<void> {
    await this.updateComplete;
    this.focus();
    this.#input.value?.setSelectionRange(this.text.length, this.text.length);
  }

  get #thread(): Thread | undefined {
    const { context, conversationId } = this;
    return conversationId === undefined ? undefined : context?.client.thread(conversationId);
  }

  get #uploads(): readonly Upload[] {
    return this.#state.value?.uploads ?? [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const draft = this.#state.value?.draft ?? '';
    const isAnother = changed.has('conversationId') || changed.has('context');
    if (changed.has('conversationId')) this.problem = '';
    if (changed.has('conversationId') && this.#editor.isOn) this.#editor.end();
    // What was in the way is so no more.
    if (this.problem === this.context?.strings.files.stillUploading && this.#areReady)
      this.problem = '';
    // A draft is read from a storage, or was another tab's that is gone: it must not take away what is being written.
    const isRead = isAnother || (draft !== this.#draft && this.text === this.#draft);
    if (isRead && !this.#editor.isOn) this.text = draft;
    this.#draft = draft;
    const left = bytesLeft(toContent(this.text));
    // Once: not at every letter.
    if (left >= 0) this.#warning = '';
    else if (this.context) this.#warning ||= counterText(left, this.context);
  }

  protected override updated(): void {
    const input = this.#input.value;
    if (input === undefined || CSS.supports('field-sizing', 'content')) return;
    input.style.blockSize = 'auto';
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context, text } = this;
    const thread = this.#thread;
    if (context === undefined || thread === undefined) return nothing;
    const strings = context.strings.composer;
    const content = toContent(text);
    const left = bytesLeft(content);
    const isEditing = this.#editor.isOn;
    return html`<form class="field" part="field" @submit=${this.#onSubmit}>
        ${
          isEditing
            ? editingTemplate(context, this.#endEditing)
            : trayTemplate(this.#uploads, thread, this.#previews, context)
        }
        ${this.#problemTemplate(context)}
        ${toolsTemplate(context.strings.composer, isEditing, this.#pickEmoji, (files) =>
          this.addFiles(files),
        )}
        <textarea
          ${ref(this.#input)}
          part="input"
          rows="1"
          dir=${text === '' ? nothing : 'auto'}
          enterkeyhint="send"
          autocomplete="off"
          aria-label=${strings.label(this.name)}
          aria-describedby="hint counter"
          aria-invalid=${left < 0}
          placeholder=${strings.placeholder}
          .value=${live(text)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
        <button
          class="button-primary"
          part="send"
          aria-label=${isEditing ? strings.save : strings.send}
          title=${isEditing ? strings.save : strings.send}
          aria-disabled=${!this.#canSend(content)}
          @mousedown=${keepFocus}
        >
          ${isEditing ? checkIcon : sendIcon}
        </button>
        <span id="hint" class="visually-hidden">${strings.hint}</span>
        <span id="counter" class=${left < 0 ? 'counter over' : 'counter'} part="counter"
          >${counterText(left, context)}</span
        >
        <span class="visually-hidden" role="status">${this.#warning}</span>
      </form>
      <parley-emoji-picker
        ${ref(this.#picker)}
        exportparts="emoji-picker"
        .context=${context}
      ></parley-emoji-picker>`;
  }

  #problemTemplate({ strings }: InboxContext): TemplateResult {
    const text = this.#editor.problem(strings) || this.problem;
    return html`<p class="problem" part="problem" role="alert" ?hidden=${text === ''}>${text}</p>`;
  }

  readonly #onInput = (): void => {
    this.text = this.#input.value?.value ?? '';
    this.problem = '';
    if (this.#editor.isOn) return;
    this.#thread?.setDraft(this.text);
    if (toContent(this.text) !== '') this.#thread?.typing();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    // Enter also ends a composition; 229 is how Safari says that it did.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) this.#submit();
    else if (event.key === 'Escape' && this.#editor.isOn) {
      // Not also the dialog around the inbox.
      event.stopPropagation();
      this.#endEditing();
    } else if (event.key !== 'ArrowUp' || this.text !== '' || !this.#editLast()) return;
    event.preventDefault();
  };

  /** @returns whether there is one */
  #editLast(): boolean {
    const { messages = [] } = this.#state.value ?? {};
    const last = lastOwn(messages, this.context?.client.userId.get());
    if (last === undefined || this.#editor.isOn) return false;
    this.edit(last);
    return true;
  }

  readonly #endEditing = (): void => {
    this.#editor.end();
    this.problem = '';
    this.text = this.#draft;
    this.focus();
  };

  readonly #pickEmoji = (anchor: HTMLElement): void => {
    void this.#picker.value?.toggle(anchor, (emoji) => {
      const input = this.#input.value;
      if (input === undefined) return;
      input.setRangeText(emoji, input.selectionStart, input.selectionEnd, 'end');
      this.focus();
      this.#onInput();
    });
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#submit();
    this.focus();
  };

  /** A client that has been closed would lose it. */
  #canSend(content: string): boolean {
    const isClosed = this.#connection.value?.status === 'closed';
    if (isClosed || bytesLeft(content) < 0 || this.#editor.isSaving) return false;
    if (this.#editor.isOn) return content !== '';
    return this.#areReady && (content !== '' || this.#uploads.length > 0);
  }

  get #areReady(): boolean {
    return this.#uploads.every(({ state }) => state.status === 'ready');
  }

  #submit(): void {
    const { context } = this;
    const thread = this.#thread;
    const content = toContent(this.text);
    if (thread === undefined || context === undefined) return;
    if (!this.#editor.isOn && !this.#areReady) this.problem = context.strings.files.stillUploading;
    if (this.#editor.isOn && content === '') this.problem = context.strings.composer.emptyEdit;
    if (!this.#canSend(content)) return;
    if (this.#editor.isOn) void this.#save(content);
    else this.#send(thread, content);
  }

  async #save(content: string): Promise<void> {
    if (await this.#editor.save(content)) this.#endEditing();
  }

  #send(thread: Thread, content: string): void {
    const uploads = this.#uploads.map(({ key }) => key);
    // What becomes of it is in the thread.
    thread.send(content, uploads.length > 0 ? { uploads } : {}).catch(() => undefined);
    this.text = '';
    this.problem = '';
    thread.setDraft('');
    this.dispatchEvent(new CustomEvent('parley-sent'));
  }
}

// On a phone the keyboard would go away and come back.
function keepFocus(event: Event): void {
  event.preventDefault();
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-composer': ParleyComposer;
  }
}

define('parley-emoji-picker', ParleyEmojiPicker);
