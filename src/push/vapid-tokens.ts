import webPush from 'web-push';
import type { VapidKeys } from './vapid-keys.ts';

/** A day is the most (RFC 8292, section 2). In seconds. */
const LIFE_SECONDS = 12 * 3_600;
/** Half of it, so that a clock that goes wrong by hours does no harm: in milliseconds. */
const KEEP_MS = (LIFE_SECONDS / 2) * 1_000;
/** There are a handful of push services; whoever makes up names below theirs must not fill our memory. */
const MAX_ORIGINS = 1_000;

/** The `Authorization` for a push service, by its origin. Kept, as signing takes as long as all the rest of a push, and Apple wants no new one within the hour. */
export function createVapidTokens(
  subject: string,
  { publicKey, privateKey }: VapidKeys,
): (origin: string) => string {
  const kept = new Map<string, { readonly value: string; readonly at: number }>();
  return (origin) => {
    const now = Date.now();
    const found = kept.get(origin);
    if (found !== undefined && Math.abs(now - found.at) < KEEP_MS) return found.value;
    if (kept.size >= MAX_ORIGINS) kept.clear();
    const expires = Math.floor(now / 1_000) + LIFE_SECONDS;
    const headers = webPush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      'aes128gcm',
      expires,
    );
    kept.set(origin, { value: headers.Authorization, at: now });
    return headers.Authorization;
  };
}
