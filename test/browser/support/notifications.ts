import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import type { FakeWebPush } from '../../support/fake-web-push.ts';
import type { Stage } from './stage.ts';

/** What a notification shows, and for what. */
interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** What `PushManager.prototype` is given in the page. */
interface StubWindow {
  readonly parleySubscribe: (key: string) => Promise<string>;
}

/** What is put into a service worker's world. */
interface WatchedWorker {
  parleyHandled: Promise<unknown>;
  readonly PushEvent: {
    readonly prototype: { waitUntil(work: Promise<unknown>): void };
  };
}

/**
 * A browser's notifications. Pushing is Chromium's own (DevTools deliver it to the worker), and so are permissions and what is shown;
 * subscribing is not: that wants Google's service, and a profile that is not private.
 */
export class Notifications {
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #devTools: CDPSession;
  readonly #registrations = new Map<string, string>();

  private constructor(context: BrowserContext, page: Page, devTools: CDPSession) {
    this.#context = context;
    this.#page = page;
    this.#devTools = devTools;
    devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { scopeURL, registrationId, isDeleted } of registrations)
        if (isDeleted) this.#registrations.delete(scopeURL);
        else this.#registrations.set(scopeURL, registrationId);
    });
  }

  /** The reader has said no. */
  static async deny(page: Page): Promise<void> {
    const devTools = await page.context().newCDPSession(page);
    const { targetInfo } = await devTools.send('Target.getTargetInfo');
    const { browserContextId } = targetInfo as { readonly browserContextId: string };
    const browser = await page.context().browser()?.newBrowserCDPSession();
    await browser?.send('Browser.setPermission', {
      permission: { name: 'notifications' },
      setting: 'denied',
      origin: new URL(page.url()).origin,
      browserContextId,
    });
  }

  /** A profile whose subscriptions are that push service's. @param origin whose pages may show notifications */
  static async newContext(
    stage: Stage,
    service: FakeWebPush,
    origin?: string,
    options: Parameters<Stage['newContext']>[0] = {},
  ): Promise<BrowserContext> {
    const context = await stage.newContext(options);
    if (origin !== undefined) await context.grantPermissions(['notifications'], { origin });
    await context.exposeFunction('parleySubscribe', (key: string) =>
      JSON.stringify(service.subscribe(key)),
    );
    await context.addInitScript(stubPushManager);
    return context;
  }

  /** Of a page that is open. */
  static async of(page: Page): Promise<Notifications> {
    const context = page.context();
    const devTools = await context.newCDPSession(page);
    const notifications = new Notifications(context, page, devTools);
    await devTools.send('ServiceWorker.enable');
    return notifications;
  }

  /**
   * As the browser hands a worker what its push service sent; until the worker is done with it. Chromium forgets what is being shown when it is
   * asked what is shown.
   */
  async deliver(payload: object): Promise<void> {
    const { origin } = new URL(this.#page.url());
    const registrationId = this.#registrations.get(`${origin}/`);
    if (registrationId === undefined) throw new Error('no worker is registered');
    const worker = this.#worker();
    await worker.evaluate(watchPush);
    const data = JSON.stringify(payload);
    await this.#devTools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    await worker.evaluate(() => (globalThis as unknown as WatchedWorker).parleyHandled);
  }

  readonly shown = (): Promise<Shown[]> =>
    this.#page.evaluate(async () => {
      const worker = await navigator.serviceWorker.getRegistration();
      const all = (await worker?.getNotifications()) ?? [];
      return all.map(({ title, body, tag }) => ({ title, body, tag }));
    });

  readonly count = async (): Promise<number> => (await this.shown()).length;

  /** The worker is told of a click on the one that says this. */
  async click(title: string): Promise<void> {
    await this.#worker().evaluate(async (wanted) => {
      const scope = globalThis as unknown as {
        readonly registration: ServiceWorkerRegistration;
        readonly NotificationEvent: new (type: string, init: object) => Event;
        dispatchEvent(event: Event): void;
      };
      const all = await scope.registration.getNotifications();
      const notification = all.find((each) => each.title === wanted);
      scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
    }, title);
  }

  #worker(): Worker {
    const [worker] = this.#context.serviceWorkers();
    if (worker === undefined) throw new Error('no worker runs');
    return worker;
  }
}

/** In the worker: what it does for the next push is in `parleyHandled`. */
// oxlint-disable unicorn/consistent-function-scoping
function watchPush(): void {
  const world = globalThis as unknown as WatchedWorker;
  const { prototype } = world.PushEvent;
  world.parleyHandled = new Promise((resolve) => {
    prototype.waitUntil = function waitUntil(work) {
      Reflect.deleteProperty(prototype, 'waitUntil');
      resolve(work);
      this.waitUntil(work);
    };
  });
}

/** In the page, which has nothing of this file: subscriptions are the test's, and last as long as the profile. */
function stubPushManager(): void {
  const KEY = 'test-subscription';
  const toBytes = (text: string): ArrayBuffer =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.codePointAt(0)!,
    ).buffer;
  const toText = (bytes: Uint8Array): string =>
    btoa(String.fromCodePoint(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');
  const known = (): object | null => {
    const stored = localStorage.getItem(KEY);
    if (stored === null) return null;
    const { token, keys, key } = JSON.parse(stored) as { token: string; keys: object; key: string };
    return {
      endpoint: token,
      options: { applicationServerKey: toBytes(key), userVisibleOnly: true },
      toJSON: () => ({ endpoint: token, keys }),
      unsubscribe: () => {
        localStorage.removeItem(KEY);
        return Promise.resolve(true);
      },
    };
  };
  Object.assign(PushManager.prototype, {
    getSubscription: () => Promise.resolve(known()),
    async subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array }) {
      const key = toText(applicationServerKey);
      const { parleySubscribe } = globalThis as unknown as StubWindow;
      const made = JSON.parse(await parleySubscribe(key)) as object;
      localStorage.setItem(KEY, JSON.stringify({ ...made, key }));
      return known();
    },
  });
}
