import { cutText, jsonBytes } from '../lib/cut-text.ts';
import type { Push } from './provider.ts';

/** No device shows more of a title, in bytes. */
const MAX_TITLE = 256;

/** What the app is told beside what is shown. */
export const dataOf = (push: Push) => ({
  pushId: push.id,
  conversationId: push.conversationId,
  messageId: push.messageId,
  seq: push.seq,
  unreadCount: push.unreadCount,
  badge: push.badge,
  ...(push.url === undefined ? {} : { url: push.url }),
});

/** What iOS reads ("Generating a remote notification"). `mutable-content` lets an extension of the app change it before it is shown. */
export const apsOf = (push: Push) => ({
  badge: push.badge,
  sound: 'default',
  'thread-id': push.conversationId,
  'mutable-content': 1,
});

/** How long a provider is to keep it for a device that is away, in seconds. */
export const secondsLeft = (push: Push): number =>
  Math.max(0, Math.floor((push.expiresAt - Date.now()) / 1_000));

/**
 * The payload in JSON, of `maxBytes` at most: as much of the body is in it as there is room for.
 *
 * @param make must put the body into the payload once, as it is
 * @returns `undefined` when it is too large without any of it
 */
export function fitPayload(
  push: Push,
  maxBytes: number,
  make: (push: Push) => unknown,
): string | undefined {
  const titled = { ...push, title: cutText(push.title, MAX_TITLE) };
  const whole = JSON.stringify(make(titled));
  const excess = Buffer.byteLength(whole) - maxBytes;
  if (excess <= 0) return whole;
  const body = cutText(push.body, jsonBytes(push.body) - excess);
  const cut = JSON.stringify(make({ ...titled, body }));
  return Buffer.byteLength(cut) <= maxBytes ? cut : undefined;
}
