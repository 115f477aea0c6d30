import webPush from 'web-push';
import { SEND_MS, attempt, isPassing, reasonOf, refused, retryLater } from './attempt.ts';
import { isAllowedEndpoint } from './endpoint.ts';
import { dataOf, fitPayload, secondsLeft } from './payload.ts';
import { type PostAnswer, post } from './post.ts';
import type { Push, PushDevice, PushProvider, PushResult } from './provider.ts';
import type { VapidKeys } from './vapid-keys.ts';
import { createVapidTokens } from './vapid-tokens.ts';

export interface WebPushOptions {
  readonly keys: VapidKeys;
  readonly subject: string;
  readonly hosts: readonly string[];
  readonly sendMs?: number;
}

/**
 * RFC 8291, section 4, leaves 3,993 bytes of the 4,096 that every push service takes. But Mozilla's sends what is for Firefox on Android on by FCM, in base64, and
 * answers 413 above about 3,000.
 */
const MAX_PAYLOAD = 2_820;
/** Windows' service says so of a subscription to which too much was sent. */
const WNS_THROTTLED = 406;

/** Web Push (RFC 8030): messages are encrypted (RFC 8291), and we say who we are (VAPID, RFC 8292). */
export function createWebPush({ keys, subject, hosts, sendMs }: WebPushOptions): PushProvider {
  const tokenOf = createVapidTokens(subject, keys);
  return {
    platform: 'web',

    send: (device, push) =>
      attempt(sendMs ?? SEND_MS, async (signal) => {
        // The list may be shorter than when it was registered.
        if (!isAllowedEndpoint(device.token, hosts)) return refused('endpoint not allowed');
        const payload = fitPayload(push, MAX_PAYLOAD, payloadOf);
        if (payload === undefined) return refused('payload too large');
        const body = encryptFor(device, payload);
        // It never could be read, by nobody.
        if (body === undefined) return { kind: 'gone' };
        const headers = {
          authorization: tokenOf(new URL(device.token).origin),
          'content-type': 'application/octet-stream',
          'content-encoding': 'aes128gcm',
          // Windows' service refuses 0.
          ttl: `${Math.max(1, secondsLeft(push))}`,
          urgency: 'high',
          topic: topicOf(push.conversationId),
        };
        return resultOf(await post(device.token, headers, body, signal));
      }),

    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const payloadOf = (push: Push) => ({ ...dataOf(push), title: push.title, body: push.body });

/** What a newer push takes the place of, while the device is away: at most 32 characters of base64url (RFC 8030, section 5.4). Here the 16 bytes of the id. */
const topicOf = (conversationId: string): string =>
  Buffer.from(conversationId.replaceAll('-', ''), 'hex').toString('base64url');

/** @returns `undefined` when the keys are none */
function encryptFor({ keys }: PushDevice, payload: string): Uint8Array<ArrayBuffer> | undefined {
  if (keys === undefined) return undefined;
  // The package takes no padding into account.
  const p256dh = keys.p256dh.replace(/=+$/, '');
  const auth = keys.auth.replace(/=+$/, '');
  try {
    return Uint8Array.from(webPush.encrypt(p256dh, auth, payload, 'aes128gcm').cipherText);
  } catch {
    // Not a point of the curve.
    return undefined;
  }
}

function resultOf({ status, retryAfter }: PostAnswer): PushResult {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  const reason = reasonOf(status);
  return isPassing(status) || status === WNS_THROTTLED
    ? retryLater(reason, retryAfter)
    : refused(reason);
}
