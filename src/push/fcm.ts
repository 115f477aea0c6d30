import { SEND_MS, attempt, isPassing, reasonOf, refused, retryLater } from './attempt.ts';
import { openAccess } from './google-access.ts';
import type { ServiceAccount } from './key-files.ts';
import { apsOf, dataOf, fitPayload, secondsLeft } from './payload.ts';
import { type PostAnswer, fieldsOf, post } from './post.ts';
import type { Push, PushProvider, PushResult } from './provider.ts';

/** FCM takes 4,096 bytes of what reaches the device; all of the message but the token is never less than that. */
const MAX_MESSAGE = 4_096;
/** What to wait after 429 without `Retry-After` ("Best practices when sending FCM messages at scale"), in milliseconds. */
const QUOTA_MS = 60_000;

/** Firebase Cloud Messaging, by its HTTP v1 API. */
export function createFcm(
  account: ServiceAccount,
  baseUrl: string,
  sendMs = SEND_MS,
): PushProvider {
  const url = `${baseUrl.replace(/\/+$/, '')}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`;
  const access = openAccess(account);
  return {
    platform: 'fcm',

    send: (device, push) =>
      attempt(sendMs, async (signal) => {
        const fitted = fitPayload(push, MAX_MESSAGE, messageOf);
        if (fitted === undefined) return refused('payload too large');
        // The token is put before what was fitted: no need to write the rest again.
        const body = `{"message":{"token":${JSON.stringify(device.token)},${fitted.slice(1)}}`;
        const ask = (token: string): Promise<PostAnswer> =>
          post(
            url,
            { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body,
            signal,
          );
        const token = await access.get();
        const answer = await ask(token);
        if (answer.status !== 401) return resultOf(answer);
        const newer = await access.replace(token);
        return resultOf(newer === undefined ? answer : await ask(newer));
      }),

    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function messageOf(push: Push) {
  const seconds = secondsLeft(push);
  return {
    notification: { title: push.title, body: push.body },
    data: Object.fromEntries(Object.entries(dataOf(push)).map(([name, it]) => [name, `${it}`])),
    android: {
      // Of what waits for a device that is away, and of what it shows.
      collapse_key: push.conversationId,
      notification: { tag: push.conversationId, notification_count: push.badge },
      priority: 'high',
      ttl: `${seconds}s`,
    },
    apns: {
      headers: {
        'apns-collapse-id': push.conversationId,
        'apns-expiration': `${Math.floor(push.expiresAt / 1_000)}`,
        'apns-priority': '10',
      },
      payload: { aps: apsOf(push) },
    },
  };
}

interface FcmError {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly details?: readonly {
    /** Of google.firebase.fcm.v1.FcmError. */
    readonly errorCode?: unknown;
    /** Of google.rpc.BadRequest. */
    readonly fieldViolations?: readonly { readonly field?: unknown }[];
  }[];
}

/** "ErrorCode" of FCM's REST reference. `SENDER_ID_MISMATCH` is what a service account of another project gets for every device: none goes for that. */
function resultOf({ status, retryAfter, text }: PostAnswer): PushResult {
  if (status === 200) return { kind: 'sent' };
  const { error } = fieldsOf(text) as { error?: FcmError | null };
  const details = Array.isArray(error?.details) ? error.details : [];
  const code = details.find((detail) => detail?.errorCode !== undefined)?.errorCode;
  const isGone =
    code === 'UNREGISTERED' ||
    (code === 'INVALID_ARGUMENT' && isAboutToken(error?.message, details));
  if (isGone) return { kind: 'gone' };
  const reason = reasonOf(status, code ?? error?.status);
  if (!isPassing(status)) return refused(reason);
  return retryLater(reason, retryAfter, status === 429 ? QUOTA_MS : undefined);
}

/** The same code is given for a message that is wrong, which is our own fault: no device goes for that. */
const isAboutToken = (message: unknown, details: FcmError['details'] = []): boolean =>
  message === 'The registration token is not a valid FCM registration token' ||
  details.some(
    (detail) =>
      Array.isArray(detail?.fieldViolations) &&
      detail.fieldViolations.some((violation) => violation?.field === 'message.token'),
  );
