/** Where users have their devices. */
export type PushPlatform = 'fcm' | 'apns' | 'web';

export interface PushDevice {
  readonly id: string;
  readonly platform: PushPlatform;
  /** FCM's registration token, APNs' device token in hexadecimal, or the URL of a push subscription. */
  readonly token: string;
  /** Of `web` alone: what encrypts for it (RFC 8291), base64url. */
  readonly keys: { readonly p256dh: string; readonly auth: string } | undefined;
}

/** What a device is to show of a conversation, in place of what it shows of it already. */
export interface Push {
  /** A UUID, the same in every attempt to tell of the same messages: a device that gets it twice shows it once. */
  readonly id: string;
  readonly conversationId: string;
  /** The newest message that it tells of. */
  readonly messageId: string;
  readonly seq: number;
  readonly title: string;
  readonly body: string;
  /** Unread messages of this conversation. */
  readonly unreadCount: number;
  /** Unread messages of all the user's conversations. */
  readonly badge: number;
  /** Where a click leads; `undefined`: the app knows. */
  readonly url: string | undefined;
  /** When there is no point in showing it any more, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * `sent`: the provider has taken it. `gone`: there is no such device any more. `retry`: it could not be taken now; `afterMs` when the provider
 * says how long to wait. `refused`: it never will be, for a reason that lies with us (credentials, payload).
 */
export type PushResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly afterMs?: number;
      /** The service was not even asked: no attempt to count. */
      readonly isUntried?: true;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * One of the services that wake devices. Reasons are for logs and metrics: a status or a code, never a token, a key, or anything of a message.
 */
export interface PushProvider extends AsyncDisposable {
  readonly platform: PushPlatform;
  /**
   * Takes at most 10 s and never rejects. A new push replaces what the device shows of the same conversation (its collapse id). That it was `sent` twice must not
   * show twice.
   */
  send(device: PushDevice, push: Push): Promise<PushResult>;
}
