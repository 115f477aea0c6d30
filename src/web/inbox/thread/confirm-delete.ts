import {
  html,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { Strings } from '../strings/strings.ts';

/** Asks before a message is deleted. The dialog gives the focus back to where it was. */
export class ConfirmDelete implements ReactiveController {
  readonly #dialog = createRef<HTMLDialogElement>();
  #onYes: (() => void) | undefined;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Else it would come back open, and could not be asked again. */
  hostDisconnected(): void {
    this.close();
  }

  ask(onYes: () => void): void {
    this.#onYes = onYes;
    this.#dialog.value?.showModal();
  }

  template({ message: says }: Strings): TemplateResult {
    return html`<dialog
      ${ref(this.#dialog)}
      class="confirm"
      part="confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-hint"
      @keydown=${this.#onKey}
    >
      <p id="confirm-title">${says.confirmDelete}</p>
      <p id="confirm-hint">${says.confirmDeleteHint}</p>
      <div class="confirm-buttons">
        <button type="button" class="button" part="button" @click=${this.close}>
          ${says.cancel}
        </button>
        <button type="button" class="button-primary danger" part="button" @click=${this.#yes}>
          ${says.delete}
        </button>
      </div>
    </dialog>`;
  }

  readonly close = (): void => this.#dialog.value?.close();

  readonly #yes = (): void => {
    this.close();
    this.#onYes?.();
  };

  /** Escape closes this, not also a dialog around the inbox. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') event.stopPropagation();
  };
}
