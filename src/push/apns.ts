import type { OutgoingHttpHeaders } from 'node:http2';
import { type CryptoKey, SignJWT } from 'jose';
import { Renewed } from '../lib/renewed.ts';
import { SEND_MS, attempt, isPassing, reasonOf, refused, retryLater } from './attempt.ts';
import { Http2Client } from './http2-client.ts';
import type { Http2Answer, Http2Times } from './http2-connection.ts';
import { apsOf, dataOf, fitPayload } from './payload.ts';
import { fieldsOf } from './post.ts';
import type { Push, PushProvider, PushResult } from './provider.ts';

export interface ApnsOptions {
  /** ES256. */
  readonly key: CryptoKey;
  readonly keyId: string;
  readonly teamId: string;
  readonly topic: string;
  readonly url: string;
  readonly sendMs?: number;
  readonly times?: Partial<Http2Times>;
}

const MAX_PAYLOAD = 4_096;
/** APNs wants a new token after 20 to 60 minutes ("Establishing a token-based connection to APNs"). In milliseconds. */
const TOKEN_KEEP_MS = 45 * 60_000;
const TOKEN_MIN_MS = 20 * 60_000;

/** Apple Push Notification service. */
export function createApns({ key, keyId, teamId, topic, ...options }: ApnsOptions): PushProvider {
  const url = new URL(options.url);
  const folder = url.pathname.replace(/\/+$/, '');
  const client = new Http2Client(url.origin, options.times);
  const tokens = new Renewed(async () => {
    const token = new SignJWT().setProtectedHeader({ alg: 'ES256', kid: keyId });
    const value = await token.setIssuer(teamId).setIssuedAt().sign(key);
    return { value, keepMs: TOKEN_KEEP_MS };
  }, TOKEN_MIN_MS);

  return {
    platform: 'apns',

    send: (device, push) =>
      attempt(options.sendMs ?? SEND_MS, async (signal) => {
        const body = fitPayload(push, MAX_PAYLOAD, payloadOf);
        if (body === undefined) return refused('payload too large');
        const headers: OutgoingHttpHeaders = {
          ':method': 'POST',
          ':path': `${folder}/3/device/${encodeURIComponent(device.token)}`,
          'apns-topic': topic,
          'apns-push-type': 'alert',
          'apns-id': push.id,
          'apns-collapse-id': push.conversationId,
          'apns-expiration': Math.floor(push.expiresAt / 1_000),
          'apns-priority': 10,
        };
        const ask = (token: string): Promise<Http2Answer> =>
          client.post({ ...headers, authorization: `bearer ${token}` }, body, signal);
        const token = await tokens.get();
        const answer = await ask(token);
        if (answer.status !== 403 || fieldsOf(answer.text)['reason'] !== 'ExpiredProviderToken')
          return resultOf(answer);
        const newer = await tokens.replace(token);
        return resultOf(newer === undefined ? answer : await ask(newer));
      }),

    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}

const payloadOf = (push: Push) => ({
  aps: { alert: { title: push.title, body: push.body }, ...apsOf(push) },
  ...dataOf(push),
});

/** "Handling notification responses from APNs". `DeviceTokenNotForTopic` is what a wrong `APNS_TOPIC` gets for every device: none goes for that. */
function resultOf({ status, headers, text }: Http2Answer): PushResult {
  if (status === 200) return { kind: 'sent' };
  const { reason } = fieldsOf(text);
  if (status === 410 || (status === 400 && reason === 'BadDeviceToken')) return { kind: 'gone' };
  const why = reasonOf(status, reason);
  return isPassing(status) ? retryLater(why, headers['retry-after']) : refused(why);
}
