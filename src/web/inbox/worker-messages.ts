import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What the service worker asks and says: docs/sdk.md, Notifications. */
interface WorkerMessage {
  readonly type?: string;
  readonly conversationId?: string;
}

export interface WorkerMessagesParts {
  /** The conversation that the reader sees. */
  readonly seen: () => string | undefined;
  /** A notification was clicked. */
  readonly open: (conversationId: string) => void;
}

/** The inbox as `parley/service-worker` finds it: it asks what is seen here, and says what is to be opened. */
export class WorkerMessages implements ReactiveController {
  readonly #parts: WorkerMessagesParts;
  #end: AbortController | undefined;

  constructor(host: ReactiveControllerHost, parts: WorkerMessagesParts) {
    this.#parts = parts;
    host.addController(this);
  }

  hostConnected(): void {
    this.#end = new AbortController();
    const { serviceWorker } = navigator as Partial<Navigator>;
    serviceWorker?.addEventListener('message', this.#onMessage, { signal: this.#end.signal });
  }

  hostDisconnected(): void {
    this.#end?.abort();
  }

  readonly #onMessage = ({ data, ports }: MessageEvent<WorkerMessage | null>): void => {
    if (data?.type === 'parley-which')
      // The rule takes it for a window's.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      ports[0]?.postMessage({ conversationId: this.#parts.seen() });
    else if (data?.type === 'parley-open' && data.conversationId !== undefined)
      this.#parts.open(data.conversationId);
  };
}
