import type { ReactiveController, ReactiveControllerHost } from 'lit';

const AGAIN_MS = 500;

/** Calls back whenever somebody is looking at the end: it can be seen, in a page that can be seen and has the focus. */
export class Reading implements ReactiveController {
  readonly #read: () => void;
  #end: Element | undefined;
  #canSeeEnd = false;
  #observer: IntersectionObserver | undefined;
  #listening: AbortController | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, read: () => void) {
    this.#read = read;
    host.addController(this);
  }

  /** What stands after the newest message. */
  set end(end: Element) {
    if (end === this.#end) return;
    this.#end = end;
    this.#observe();
  }

  check(): void {
    clearTimeout(this.#again);
    if (!this.#canSeeEnd || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    if (this.#end === undefined || isShown(this.#end)) this.#read();
    // No event says when it is.
    else this.#again = setTimeout(() => this.check(), AGAIN_MS);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    window.addEventListener('focus', () => this.check(), { signal });
    document.addEventListener('visibilitychange', () => this.check(), { signal });
    this.#observe();
  }

  hostDisconnected(): void {
    this.#listening?.abort();
    this.#observer?.disconnect();
    clearTimeout(this.#again);
    this.#canSeeEnd = false;
  }

  #observe(): void {
    this.#observer?.disconnect();
    if (this.#end === undefined) return;
    this.#observer = new IntersectionObserver((entries) => {
      this.#canSeeEnd = entries.at(-1)?.isIntersecting ?? false;
      this.check();
    });
    this.#observer.observe(this.#end);
  }
}

/** An IntersectionObserver tells only where something is: a drawer that is closed may be there, unseen. */
function isShown(element: Element): boolean {
  return element.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) ?? true;
}
