import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { Thread } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';
import { icon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { Watch } from '../watch.ts';
import { composerStyles } from './composer-styles.ts';
import { bytesLeft, toContent } from './content.ts';

const sendIcon = icon(svg`<path d="M4 12 3 4.5 21 12 3 19.5zh8" />`);
/** From so many bytes on it is said how many are left. */
const FEW_BYTES = 200;

/**
 * Where one writes. Fires `parley-sent` after a message has been handed on.
 *
 * Parts: `field` (around all of it), `input`, `counter` (how much may still be written), `send`.
 */
export class ParleyComposer extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    conversationId: { attribute: false },
    name: { attribute: false },
    text: { state: true },
  };
  static override readonly styles = [sharedStyles, composerStyles];

  declare context: InboxContext | undefined;
  declare conversationId: string | undefined;
  /** Whom one writes to. */
  declare name: string;
  declare private text: string;

  readonly #input = createRef<HTMLTextAreaElement>();
  readonly #state = new Watch(this, () => this.#thread?.state);
  readonly #connection = new Watch(this, () => this.context?.client.connection);
  #draft = '';
  #warning = '';

  constructor() {
    super();
    this.name = '';
    this.text = '';
  }

  override focus(options?: FocusOptions): void {
    this.#input.value?.focus(options);
  }

  get #thread(): Thread | undefined {
    const { context, conversationId } = this;
    return conversationId === undefined ? undefined : context?.client.thread(conversationId);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const draft = this.#state.value?.draft ?? '';
    // A draft is read from a storage, or was another tab's that is gone: it must not take away what is being written.
    const isAnother = changed.has('conversationId') || changed.has('context');
    if (isAnother || (draft !== this.#draft && this.text === this.#draft)) this.text = draft;
    this.#draft = draft;
    const left = bytesLeft(toContent(this.text));
    // Once: not at every letter.
    if (left >= 0) this.#warning = '';
    else if (this.context) this.#warning ||= String(this.#counter(left, this.context));
  }

  protected override updated(): void {
    const input = this.#input.value;
    if (input === undefined || CSS.supports('field-sizing', 'content')) return;
    input.style.blockSize = 'auto';
    input.style.blockSize = `${input.scrollHeight}px`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context, text } = this;
    if (context === undefined) return nothing;
    const strings = context.strings.composer;
    const content = toContent(text);
    const left = bytesLeft(content);
    const isBlocked = !this.#canSend(content);
    return html`<form class="field" part="field" @submit=${this.#onSubmit}>
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
        aria-label=${strings.send}
        title=${strings.send}
        aria-disabled=${isBlocked}
        @mousedown=${keepFocus}
      >
        ${sendIcon}
      </button>
      <span id="hint" class="visually-hidden">${strings.hint}</span>
      <span id="counter" class=${left < 0 ? 'counter over' : 'counter'} part="counter"
        >${this.#counter(left, context)}</span
      >
      <span class="visually-hidden" role="status">${this.#warning}</span>
    </form>`;
  }

  readonly #onInput = (): void => {
    this.text = this.#input.value?.value ?? '';
    this.#thread?.setDraft(this.text);
    if (toContent(this.text) !== '') this.#thread?.typing();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    // Enter also ends a composition; 229 is how Safari says that it did.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    this.#send();
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#send();
    this.focus();
  };

  /** Nothing as long as there is much left. */
  #counter(left: number, { strings, locale }: InboxContext): string | typeof nothing {
    const { tooLong, bytesLeft: said } = strings.composer;
    const text = formatNumber(Math.abs(left), locale);
    if (left < 0) return tooLong(-left, text);
    return left <= FEW_BYTES ? said(left, text) : nothing;
  }

  /** A client that has been closed would lose it. */
  #canSend(content: string): boolean {
    const isClosed = this.#connection.value?.status === 'closed';
    return content !== '' && bytesLeft(content) >= 0 && !isClosed;
  }

  #send(): void {
    const thread = this.#thread;
    const content = toContent(this.text);
    if (thread === undefined || !this.#canSend(content)) return;
    // What becomes of it is in the thread.
    thread.send(content).catch(() => undefined);
    this.text = '';
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
