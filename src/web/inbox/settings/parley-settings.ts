import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { QuietHours, SettingsChange } from '../../../client/parley-client.ts';
import type { InboxContext } from '../context.ts';
import { clearIcon } from '../theme/icons.ts';
import { sharedStyles } from '../theme/theme.ts';
import { SettingsModel, type SettingsState, shownHours, timeZoneHere } from './settings-model.ts';
import { settingsStyles } from './settings-styles.ts';

type Ready = Extract<SettingsState, { status: 'ready' }>;

/**
 * `<parley-settings>`: a dialog with what the reader can choose.
 *
 * Parts: `settings`, `settings-section`, `button`.
 */
export class ParleySettings extends LitElement {
  static override readonly properties = {
    context: { attribute: false },
    isOpen: { state: true },
    hasSameTimes: { state: true },
  };
  static override readonly styles = [sharedStyles, settingsStyles];

  declare context: InboxContext | undefined;
  declare private isOpen: boolean;
  /** What is in the fields, and can't be saved. */
  declare private hasSameTimes: boolean;

  readonly #dialog = createRef<HTMLDialogElement>();
  #model: SettingsModel | undefined;

  constructor() {
    super();
    this.isOpen = false;
    this.hasSameTimes = false;
  }

  /** Gives the focus back to where it was when it is closed. */
  async open(): Promise<void> {
    const { context } = this;
    if (context === undefined) return;
    // The same again: it knows what is still being saved.
    if (this.#model?.client !== context.client)
      this.#model = new SettingsModel(context.client, () => this.requestUpdate());
    this.isOpen = true;
    this.hasSameTimes = false;
    void this.#model.load();
    await this.updateComplete;
    this.#dialog.value?.showModal();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isOpen = false;
  }

  /** Another user's are none of this one's. */
  protected override willUpdate(): void {
    if (this.#model?.client !== this.context?.client) this.isOpen = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { context } = this;
    const model = this.#model;
    if (context === undefined || model === undefined || !this.isOpen) return nothing;
    const { settings: says } = context.strings;
    return html`<dialog
      ${ref(this.#dialog)}
      part="settings"
      aria-labelledby="title"
      @close=${this.#onClose}
      @keydown=${onKey}
    >
      <header>
        <h2 id="title">${says.title}</h2>
        <button
          type="button"
          class="button-icon"
          aria-label=${says.close}
          title=${says.close}
          @click=${this.#close}
        >
          ${clearIcon}
        </button>
      </header>
      <div class="body" aria-busy=${model.state.status === 'loading'}>
        ${this.#body(context, model)}
      </div>
    </dialog>`;
  }

  #body({ strings: { settings: says } }: InboxContext, model: SettingsModel): TemplateResult {
    const { state } = model;
    switch (state.status) {
      case 'loading':
        return html`<p role="status">${says.loading}</p>`;
      case 'failed':
        return html`<div class="status" role="alert">
          <p>${says.failed}</p>
          <button type="button" class="button" part="button" @click=${() => model.load()}>
            ${says.retry}
          </button>
        </div>`;
      case 'ready':
        return html`<p class="problem" role="alert" ?hidden=${!state.hasFailed}>${says.notSaved}</p>
          ${this.#pushSection(state, model)} ${this.#emailSection(state)}
          ${this.#quietSection(state)}
          <section part="settings-section">
            ${this.#choice('hide', says.hidePresence, state.settings.hidePresence, (is) => ({
              hidePresence: is,
            }))}
            <p id="hide-hint">${says.hidePresenceHint}</p>
          </section>`;
    }
  }

  #pushSection({ push, isBusy, settings }: Ready, model: SettingsModel) {
    const says = this.#says;
    // Nothing that the reader or the browser could help.
    if (settings.push.webPushKey === null) return nothing;
    const isOn = push === 'on';
    const text = {
      unsupported: says.unsupported,
      denied: says.denied,
      off: says.notificationsHint,
      on: says.areOn,
    }[push];
    return html`<section part="settings-section" aria-labelledby="push">
      <h3 id="push">${says.notifications}</h3>
      <div class="status">
        <p role="status">${text}</p>
        ${
          push === 'on' || push === 'off'
            ? html`<button
                type="button"
                class=${isOn ? 'button' : 'button-primary'}
                part="button"
                aria-disabled=${isBusy}
                @click=${() => {
                  if (!isBusy) void model.togglePush(!isOn);
                }}
              >
                ${isOn ? says.turnOff : says.turnOn}
              </button>`
            : nothing
        }
      </div>
    </section>`;
  }

  #emailSection({ settings }: Ready): TemplateResult {
    return html`<section part="settings-section">
      ${this.#choice('email', this.#says.email, settings.email, (email) => ({ email }))}
    </section>`;
  }

  #quietSection({ settings: { quietHours } }: Ready): TemplateResult {
    const says = this.#says;
    const hours = shownHours(quietHours, timeZoneHere());
    return html`<section part="settings-section">
      ${this.#choice('quiet', says.quietHours, quietHours !== null, (is) => {
        this.hasSameTimes = false;
        return { quietHours: is ? { ...hours, timeZone: timeZoneHere() } : null };
      })}
      <p id="quiet-hint">${says.quietHoursHint}</p>
      ${
        quietHours === null
          ? nothing
          : html`<div class="times">
                ${this.#time('from', says.from, hours)} ${this.#time('to', says.to, hours)}
              </div>
              <p id="zone">${says.timeZone(hours.timeZone)}</p>
              <p id="same" class="problem" role="alert" ?hidden=${!this.hasSameTimes}>
                ${says.sameTime}
              </p>`
      }
    </section>`;
  }

  #choice(
    id: string,
    text: string,
    isChecked: boolean,
    changeTo: (is: boolean) => SettingsChange,
  ): TemplateResult {
    return html`<label class="choice"
      >${text}
      <input
        id=${id}
        type="checkbox"
        role="switch"
        aria-describedby=${id === 'email' ? nothing : `${id}-hint`}
        .checked=${live(isChecked)}
        @change=${(event: Event) =>
          this.#change(changeTo((event.target as HTMLInputElement).checked))}
    /></label>`;
  }

  #time(which: 'from' | 'to', text: string, hours: QuietHours): TemplateResult {
    return html`<label
      >${text}
      <input
        id=${which}
        type="time"
        required
        aria-describedby="zone same"
        .value=${hours[which]}
        @change=${() => this.#changeTimes()}
    /></label>`;
  }

  #changeTimes(): void {
    const [from, to] = ['#from', '#to'].map(
      (id) => this.renderRoot.querySelector<HTMLInputElement>(id)?.value ?? '',
    ) as [string, string];
    this.hasSameTimes = from === to;
    // One that is being typed is empty.
    if (from === '' || to === '' || this.hasSameTimes) return;
    this.#change({ quietHours: { from, to, timeZone: timeZoneHere() } });
  }

  #change(change: SettingsChange): void {
    void this.#model?.change(change);
  }

  get #says() {
    // Asked for while it is drawn alone.
    return (this.context as InboxContext).strings.settings;
  }

  readonly #close = (): void => this.#dialog.value?.close();

  readonly #onClose = (): void => {
    this.isOpen = false;
  };
}

/** Escape closes this, not also a dialog around the inbox. */
function onKey(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-settings': ParleySettings;
  }
}
