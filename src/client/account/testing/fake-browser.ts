import { vi } from 'vitest';

interface Notified {
  readonly data: unknown;
  readonly close: () => void;
}

/** What a browser has for notifications: who reads it decides, and push services know endpoints alone. */
export class FakeBrowser {
  permission: NotificationPermission = 'default';
  /** What the reader says when asked. */
  answer: NotificationPermission = 'granted';
  asked = 0;
  subscription: FakeSubscription | undefined;
  readonly registered: string[] = [];
  readonly shown: Notified[] = [];
  /** For what the service worker says. */
  readonly listeners: ((event: { data: unknown }) => void)[] = [];
  badge: number | undefined;
  /** What a subscription fails with. */
  failure: Error | undefined;
  #made = 0;

  /** Until the test ends. */
  install(): void {
    const { worker } = this;
    vi.stubGlobal('document', {
      baseURI: 'https://shop.example/inbox/',
      visibilityState: 'visible',
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    });
    vi.stubGlobal('PushManager', Object);
    const permissionNow = (): NotificationPermission => this.permission;
    vi.stubGlobal('Notification', {
      get permission() {
        return permissionNow();
      },
      requestPermission: () => {
        this.asked += 1;
        if (this.permission === 'default') this.permission = this.answer;
        return Promise.resolve(this.permission);
      },
    });
    vi.stubGlobal('navigator', {
      setAppBadge: (count: number) => Promise.resolve((this.badge = count)),
      serviceWorker: {
        addEventListener: (_: 'message', listener: (event: { data: unknown }) => void) =>
          this.listeners.push(listener),
        getRegistration: () => Promise.resolve(this.registered.length > 0 ? worker : undefined),
        getRegistrations: () => Promise.resolve([worker]),
        register: (url: string) => {
          this.registered.push(url);
          return Promise.resolve(worker);
        },
      },
    });
  }

  readonly worker = {
    active: {},
    getNotifications: () => Promise.resolve(this.shown),
    pushManager: {
      getSubscription: () => Promise.resolve(this.subscription ?? null),
      subscribe: ({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
        if (this.failure) return Promise.reject(this.failure);
        this.#made += 1;
        this.subscription = new FakeSubscription(this, this.#made, applicationServerKey);
        return Promise.resolve(this.subscription);
      },
    },
  };
}

class FakeSubscription {
  readonly endpoint: string;
  readonly options: { readonly applicationServerKey: ArrayBuffer };
  readonly #browser: FakeBrowser;

  constructor(browser: FakeBrowser, number: number, key: Uint8Array<ArrayBuffer>) {
    this.#browser = browser;
    this.endpoint = `https://push.example/${number}`;
    this.options = { applicationServerKey: key.buffer };
  }

  toJSON() {
    return { endpoint: this.endpoint, keys: { p256dh: 'P', auth: 'A' } };
  }

  unsubscribe(): Promise<boolean> {
    this.#browser.subscription = undefined;
    return Promise.resolve(true);
  }
}
