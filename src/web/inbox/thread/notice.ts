import { html, nothing, type TemplateResult } from 'lit';
import type { ReactiveController } from 'lit';
import type { Host } from '../host.ts';

/** Long enough to be read twice. */
const SHOWN_MS = 6_000;

/** Says for a moment what became of something: over the messages, and to screen readers. */
export class Notice implements ReactiveController {
  readonly #host: Host;
  #text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  say(text: string): void {
    clearTimeout(this.#timer);
    this.#text = text;
    this.#timer = setTimeout(() => this.clear(), SHOWN_MS);
    this.#host.requestUpdate();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#text = '';
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#text = '';
  }

  template(): TemplateResult {
    return html`<div class="notice" role="alert">
      ${this.#text === '' ? nothing : html`<p class="pill" part="notice">${this.#text}</p>`}
    </div>`;
  }
}
