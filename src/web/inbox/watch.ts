import type { ReactiveController } from 'lit';
import type { Observable } from '../../client/types.ts';
import type { Host } from './host.ts';

/** Renders its element again at each change of an observable, as long as the element is in the page. */
export class Watch<T> implements ReactiveController {
  readonly #host: Host;
  readonly #source: () => Observable<T> | undefined;
  #watched: Observable<T> | undefined;
  #end: (() => void) | undefined;

  /** @param source asked before each rendering: another one may be watched by then */
  constructor(host: Host, source: () => Observable<T> | undefined) {
    this.#host = host;
    this.#source = source;
    host.addController(this);
  }

  get value(): T | undefined {
    return this.#source()?.get();
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    if (!this.#host.isConnected) return;
    const source = this.#source();
    if (source === this.#watched) return;
    this.#end?.();
    this.#watched = source;
    this.#end = source?.subscribe(() => this.#host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#end?.();
    this.#end = this.#watched = undefined;
  }
}
