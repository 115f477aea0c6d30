/** What of a service worker's world is used: pages' compilers don't know its types, nor do ours here. */
export interface WorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: {
      type: 'window';
      includeUncontrolled: true;
    }): Promise<readonly PageClient[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  readonly navigator: { setAppBadge?(count: number): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<K extends keyof WorkerEvents>(
    type: K,
    listener: (event: WorkerEvents[K]) => void,
  ): void;
}

/** A page of the site; the one that was used last comes first. */
export interface PageClient {
  readonly visibilityState: string;
  postMessage(message: unknown, transfer: readonly MessagePort[]): void;
  focus(): Promise<unknown>;
}

interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}

/** A `PushEvent`. */
export interface PushEventLike extends Lasting {
  readonly data: { json(): unknown } | null;
}

/** A `NotificationEvent`. */
export interface ClickEventLike extends Lasting {
  readonly notification: Pick<Notification, 'data' | 'close'>;
}

/** A `PushSubscriptionChangeEvent`. */
export interface ChangeEventLike extends Lasting {
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}

interface WorkerEvents {
  readonly install: Lasting;
  readonly activate: Lasting;
  readonly push: PushEventLike;
  readonly notificationclick: ClickEventLike;
  readonly pushsubscriptionchange: ChangeEventLike;
}

export const scope = globalThis as unknown as WorkerScope;
