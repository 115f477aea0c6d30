import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of a webhook, as the Standard Webhooks specification names them. */
export interface WebhookHeaders {
  /** Names the event: the same in every attempt. */
  readonly 'webhook-id': string;
  /** Of the attempt, in seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** Several with spaces between them, while a secret is being replaced: one that is right is enough. */
  readonly 'webhook-signature': string;
}

/** How far a timestamp may be from our clock, in seconds: whatever was recorded is of no use later. */
const TOLERANCE_S = 5 * 60;
const VERSION = 'v1,';

/**
 * Signs a webhook with each of the secrets (Standard Webhooks, "Signature scheme": HMAC-SHA256).
 *
 * @param secrets the bytes behind `whsec_`
 * @param id without a dot
 * @param atMs in milliseconds since 1970
 */
export function signWebhook(
  secrets: readonly Buffer[],
  id: string,
  body: string | Buffer,
  atMs: number = Date.now(),
): WebhookHeaders {
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets
      .map((secret) => VERSION + digest(secret, id, timestamp, body).toString('base64'))
      .join(' '),
  };
}

/**
 * Whether one of the secrets has signed it, and lately. Takes as long whether or not a signature is right.
 *
 * @param body the bytes as they came
 * @param nowMs in milliseconds since 1970
 */
export function isSignedWebhook(
  secrets: readonly Buffer[],
  headers: WebhookHeaders,
  body: string | Buffer,
  nowMs: number = Date.now(),
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  if (!/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) > TOLERANCE_S) return false;
  const given = headers['webhook-signature']
    .split(' ')
    .filter((signature) => signature.startsWith(VERSION))
    .map((signature) => Buffer.from(signature.slice(VERSION.length), 'base64'));
  return secrets.some((secret) => {
    const right = digest(secret, id, timestamp, body);
    return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
}

const digest = (secret: Buffer, id: string, timestamp: string, body: string | Buffer): Buffer =>
  createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
