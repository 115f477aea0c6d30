import type { Cancellable } from './types.ts';

/** No push meanwhile; over midnight when `from` is later than `to`. */
export interface QuietHours {
  /** `22:00`. */
  readonly from: string;
  readonly to: string;
  /** `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What a user has chosen, for all devices. */
export interface Settings {
  /** Nobody sees when the user is here, nor when that was. */
  readonly hidePresence: boolean;
  /** Whether unread messages may be told of by e-mail. */
  readonly email: boolean;
  readonly quietHours: QuietHours | null;
  /** What the server can push to, and the `applicationServerKey` of browsers' subscriptions. */
  readonly push: {
    readonly platforms: readonly Device['platform'][];
    readonly webPushKey: string | null;
  };
}

/** What is left out stays as it is. */
export type SettingsChange = Partial<Pick<Settings, 'hidePresence' | 'email' | 'quietHours'>>;

/** What is told of messages while the user is away. */
export type Device =
  | { readonly platform: 'fcm' | 'apns'; readonly token: string }
  | {
      readonly platform: 'web';
      /** The subscription's endpoint. */
      readonly token: string;
      readonly keys: { readonly p256dh: string; readonly auth: string };
    };

/**
 * Of this browser and this user. `unsupported`: the browser can't, not on this page, or the server doesn't; `denied`: the reader has said no,
 * and only the browser's own settings change that; `off`: `enable()` may be offered.
 */
export type PushStatus = 'unsupported' | 'denied' | 'off' | 'on';

/** What of a `ServiceWorkerRegistration` is named here: projects without a browser's types compile too. */
export interface ServiceWorkerLike {
  readonly pushManager: object;
}

/** Notifications of this browser, while no page of yours is open too. */
export interface BrowserPush {
  /** Asks nobody anything. A subscription that is there and not this user's, or is another by now, is registered. @throws {ParleyError} */
  status(options?: Cancellable): Promise<PushStatus>;
  /** Asks the reader: call it when they click something. @throws {ParleyError} */
  enable(options?: Cancellable): Promise<PushStatus>;
  /** Nothing is shown in this browser any more, whoever signs in. @throws {ParleyError} */
  disable(options?: Cancellable): Promise<PushStatus>;
}

/** What belongs to the user as a whole. */
export interface Account {
  /**
   * Nothing new of that conversation is told of elsewhere, until then: a time, or for good. Its messages come as ever.
   *
   * @throws {ParleyError}
   */
  mute(conversationId: string, until?: Date | null, options?: Cancellable): Promise<void>;
  unmute(conversationId: string, options?: Cancellable): Promise<void>;
  settings(options?: Cancellable): Promise<Settings>;
  /** @returns all of them, as they are then. @throws {ParleyError} `invalid_message` */
  changeSettings(change: SettingsChange, options?: Cancellable): Promise<Settings>;
  /**
   * For apps: this user is told of messages there; a token is one user's, the last one's. For browsers there is `push`.
   *
   * @throws {ParleyError} `conflict` when the server has not set up that platform
   */
  registerDevice(device: Device, options?: Cancellable): Promise<void>;
  /** Nothing happens when it is not there. @throws {ParleyError} */
  removeDevice(device: Pick<Device, 'platform' | 'token'>, options?: Cancellable): Promise<void>;
}
