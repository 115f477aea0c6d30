import type { LitElement, ReactiveController } from 'lit';
import type { ConversationSummary } from '../../../client/types.ts';

const steps: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
};

/** The rows of the list as the keyboard and scrolling see them. */
export class Rows implements ReactiveController {
  readonly #host: LitElement;
  /** The row that has, or last had, the focus. */
  #current: string | undefined;
  #hadFocus = false;
  #end: IntersectionObserver | undefined;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  /** Which of them Tab goes to. */
  tabStop(
    shown: readonly ConversationSummary[],
    selectedId: string | undefined,
  ): string | undefined {
    const ids = new Set(shown.map(({ id }) => id));
    return (
      [this.#current, selectedId].find((id) => id !== undefined && ids.has(id)) ?? shown[0]?.id
    );
  }

  hostUpdate(): void {
    this.#hadFocus = this.#focused() !== undefined;
  }

  /** A row that goes up to the top is moved in the page, which takes its focus away. */
  hostUpdated(): void {
    if (this.#hadFocus && this.#focused() === undefined && this.#current !== undefined)
      this.#row(this.#current)?.focus({ preventScroll: true });
  }

  hostDisconnected(): void {
    this.#end?.disconnect();
  }

  /** Of that row, else of the one in the tab order. @returns whether there is one */
  focus(id: string): boolean {
    const row = this.#row(id) ?? this.#all().find(({ tabIndex }) => tabIndex === 0);
    return this.#focusRow(row);
  }

  focusFirst(): void {
    this.#focusRow(this.#all()[0]);
  }

  /** @returns whether there is one */
  focusLast(): boolean {
    return this.#focusRow(this.#all().at(-1));
  }

  readonly onKeyDown = (event: KeyboardEvent): void => {
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    const rows = this.#all();
    const at = rows.findIndex((row) => row.dataset['id'] === this.#focused());
    if (step === undefined || at === -1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const row = rows[step(at, rows.length - 1)];
    if (row === undefined) this.#host.renderRoot.querySelector('input')?.focus();
    else this.#focusRow(row);
  };

  /** @param end what is at the end, when there is more */
  watchEnd(end: Element | null, onSeen: () => void): void {
    this.#end?.disconnect();
    if (end === null) return;
    // A new observer tells at once, so that a page too short to scroll is followed by the next.
    this.#end = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onSeen();
      },
      { root: this.#host.renderRoot.querySelector('.scroller'), rootMargin: '300px' },
    );
    this.#end.observe(end);
  }

  #focusRow(row: HTMLElement | undefined): boolean {
    if (row === undefined) return false;
    this.#current = row.dataset['id'];
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
    this.#host.requestUpdate();
    return true;
  }

  #all(): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLElement>('[data-id]')];
  }

  #row(id: string): HTMLElement | undefined {
    return this.#all().find((row) => row.dataset['id'] === id);
  }

  #focused(): string | undefined {
    const focused = this.#host.shadowRoot?.activeElement;
    const id = focused instanceof HTMLElement ? focused.dataset['id'] : undefined;
    if (id !== undefined) this.#current = id;
    return id;
  }
}
