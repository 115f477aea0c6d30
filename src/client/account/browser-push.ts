import type { Account, BrowserPush, PushStatus } from '../account-types.ts';
import { ParleyError } from '../errors.ts';
import type { ClientOptions, ClientStorage } from '../client-options.ts';
import type { Cancellable } from '../types.ts';
import { closeNotifications } from './notifications.ts';
import { findWorker, registerWorker } from './service-worker.ts';

/** The server may have lost it meanwhile. */
const RENEWAL_MS = 24 * 3_600_000;

/** What was registered last in this browser, for whom. */
interface Registered {
  readonly endpoint: string;
  readonly userId: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

export interface PushParts {
  readonly account: Pick<Account, 'settings' | 'registerDevice' | 'removeDevice'>;
  readonly serviceWorker: ClientOptions['serviceWorker'];
  readonly storage: ClientStorage;
  /** Where in the storage, beside what is of single users. */
  readonly key: string;
  readonly me: () => string | undefined;
}

/** Where the browser's own parts may be missing. */
const world: Partial<typeof globalThis> = globalThis;

/** A browser has one subscription; who registered it last is told of messages there. */
export class Push implements BrowserPush {
  readonly #parts: PushParts;

  constructor(parts: PushParts) {
    this.#parts = parts;
  }

  async status(options: Cancellable = {}): Promise<PushStatus> {
    const permission = permissionNow();
    if (permission === undefined) return 'unsupported';
    const { webPushKey } = (await this.#parts.account.settings(options)).push;
    if (webPushKey === null) return 'unsupported';
    if (permission === 'denied') return 'denied';
    const worker = await findWorker(this.#parts.serviceWorker);
    const known = permission === 'granted' && (await worker?.pushManager.getSubscription());
    if (!worker || !known || !(await this.#isOurs(known, webPushKey))) return 'off';
    await this.#register(await this.#subscribe(worker, webPushKey, options), options);
    return 'on';
  }

  /** Registers what is there, now and whenever the service worker says that it is another. @throws {ParleyError} */
  async follow(options: { readonly signal: AbortSignal }): Promise<void> {
    world.navigator?.serviceWorker?.addEventListener(
      'message',
      ({ data }: MessageEvent<{ type?: string } | null>) => {
        if (data?.type === 'parley-subscription') this.status(options).catch(() => undefined);
      },
      options,
    );
    await this.status(options);
  }

  /** @param asked what the reader said */
  async enable(
    options: Cancellable = {},
    asked?: Promise<NotificationPermission | undefined>,
  ): Promise<PushStatus> {
    const permission = await asked;
    if (permissionNow() === undefined) return 'unsupported';
    if (permission !== 'granted') return permission === 'denied' ? 'denied' : 'off';
    const { webPushKey } = (await this.#parts.account.settings(options)).push;
    if (webPushKey === null) return 'unsupported';
    try {
      const worker = await registerWorker(this.#parts.serviceWorker);
      await this.#register(await this.#subscribe(worker, webPushKey, options), options, true);
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof ParleyError) throw cause;
      if ((cause as Error).name === 'NotAllowedError') return 'denied';
      throw new ParleyError('network', 'the browser could not subscribe', { cause });
    }
    return 'on';
  }

  async disable(options: Cancellable = {}): Promise<PushStatus> {
    if (permissionNow() === undefined) return 'unsupported';
    const worker = await findWorker(this.#parts.serviceWorker);
    const subscription = await worker?.pushManager.getSubscription();
    if (subscription && (await this.#isOurs(subscription, undefined, options)))
      await this.#drop(subscription, options);
    return 'off';
  }

  /** A site may push by itself: a worker has one subscription, and that of others is not touched. @param key the server is asked for it when it is needed */
  async #isOurs(
    { endpoint, options: { applicationServerKey } }: PushSubscription,
    key?: string | null,
    options: Cancellable = {},
  ): Promise<boolean> {
    if ((await this.#registered())?.endpoint === endpoint) return true;
    const ours = key ?? (await this.#parts.account.settings(options)).push.webPushKey;
    return ours !== null && toBase64Url(applicationServerKey) === trimmed(ours);
  }

  /** One that was made for another key of the server is of no use. */
  async #subscribe(
    worker: ServiceWorkerRegistration,
    key: string,
    options: Cancellable,
  ): Promise<PushSubscription> {
    const { pushManager } = worker;
    const known = await pushManager.getSubscription();
    if (known && toBase64Url(known.options.applicationServerKey) === trimmed(key)) return known;
    if (known && !(await this.#isOurs(known, key)))
      throw new ParleyError('conflict', 'the subscription there is of another server');
    if (known) await this.#drop(known, options);
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: toBytes(key) });
  }

  async #register(
    subscription: PushSubscription,
    options: Cancellable,
    isForced = false,
  ): Promise<void> {
    const { account, storage, key, me } = this.#parts;
    const { endpoint } = subscription;
    const userId = me() ?? '';
    const known = await this.#registered();
    const isKnown = known?.endpoint === endpoint && known.userId === userId;
    if (isKnown && !isForced && Date.now() - known.at < RENEWAL_MS) return;
    const { p256dh = '', auth = '' } = subscription.toJSON().keys ?? {};
    const device = { platform: 'web', token: endpoint, keys: { p256dh, auth } } as const;
    await account.registerDevice(device, options);
    if (known && known.userId !== userId) await closeNotifications();
    if (known && known.endpoint !== endpoint && known.userId === userId)
      await this.#remove(known.endpoint, options);
    const registered: Registered = { endpoint, userId, at: Date.now() };
    await storage.set(key, registered).catch(() => undefined);
  }

  /** What the server does not hear of it learns from the push service. */
  async #drop(subscription: PushSubscription, options: Cancellable): Promise<void> {
    const { storage, key } = this.#parts;
    await subscription.unsubscribe();
    await closeNotifications();
    await storage.delete(key).catch(() => undefined);
    await this.#remove(subscription.endpoint, options);
  }

  async #remove(token: string, options: Cancellable): Promise<void> {
    await this.#parts.account.removeDevice({ platform: 'web', token }, options).catch(() => {
      options.signal?.throwIfAborted();
    });
  }

  async #registered(): Promise<Registered | undefined> {
    const { storage, key } = this.#parts;
    const found = await storage.entries(key).catch(() => []);
    return found.find(([name]) => name === key)?.[1] as Registered | undefined;
  }
}

/** `undefined` where there is nothing to ask for. */
const permissionNow = (): NotificationPermission | undefined =>
  world.navigator?.serviceWorker && world.PushManager ? world.Notification?.permission : undefined;

const trimmed = (key: string): string => key.replace(/=+$/, '');

const toBase64Url = (bytes: ArrayBuffer | null): string =>
  trimmed(btoa(String.fromCodePoint(...new Uint8Array(bytes ?? new ArrayBuffer()))))
    .replaceAll('+', '-')
    .replaceAll('/', '_');

function toBytes(key: string): Uint8Array<ArrayBuffer> {
  const plain = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (char) => char.codePointAt(0) ?? 0);
}
