import { place } from './place.ts';

/** Shows an element with `popover="manual"` beside another, over everything in the page, until one does something else. */
export class Popup {
  readonly #onClosed: () => void;
  #open:
    | { readonly element: HTMLElement; readonly anchor: HTMLElement; readonly end: AbortController }
    | undefined;

  /** @param onClosed however it was closed */
  constructor(onClosed: () => void) {
    this.#onClosed = onClosed;
  }

  get anchor(): HTMLElement | undefined {
    return this.#open?.anchor;
  }

  /** @param element drawn, with its contents */
  open(element: HTMLElement, anchor: HTMLElement): void {
    this.#open?.end.abort();
    const end = new AbortController();
    this.#open = { element, anchor, end };
    element.showPopover();
    this.follow();
    const options = { signal: end.signal, capture: true };
    window.addEventListener('pointerdown', this.#onPointer, options);
    window.addEventListener('scroll', this.follow, options);
    window.addEventListener('resize', this.follow, options);
    element.addEventListener('keydown', this.#onKey, { signal: end.signal });
    element.addEventListener('focusout', this.#onFocusOut, { signal: end.signal });
  }

  /** Goes with its anchor, which has moved, or is gone. */
  readonly follow = (): void => {
    if (this.#open === undefined) return;
    const { element, anchor } = this.#open;
    const box = anchor.getBoundingClientRect();
    if (!anchor.isConnected || box.width === 0) {
      this.close();
      return;
    }
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const { left, top } = place(box, element.getBoundingClientRect(), { width, height });
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  };

  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.end.abort();
    if (open.element.isConnected) open.element.hidePopover();
    this.#onClosed();
  }

  /** As Escape: what opened it has the focus again. */
  dismiss(): void {
    const anchor = this.#open?.anchor;
    this.close();
    anchor?.focus({ preventScroll: true });
  }

  readonly #onPointer = (event: Event): void => {
    const path = event.composedPath();
    // What opened it closes it with its click.
    if (!path.some((at) => at === this.#open?.element || at === this.#open?.anchor)) this.close();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing) return;
    // Not also the dialog around the inbox.
    event.stopPropagation();
    event.preventDefault();
    this.dismiss();
  };

  readonly #onFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget;
    if (to instanceof Node && !this.#open?.element.contains(to)) this.close();
  };
}
