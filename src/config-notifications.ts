import { z } from 'zod';
import { isUrl, list, number, url, webUrl } from './config-rules.ts';

/** What reaches people who are not there. Each part is off while what it needs is not set. */
export interface NotificationSettings {
  /** Where users' browsers reach Parley, without a slash at the end: links in e-mails lead there. */
  readonly publicUrl: string | undefined;
  /** Where a notification leads, with `{conversationId}` in it. */
  readonly conversationUrl: string | undefined;
  readonly push: PushSettings;
  readonly email: EmailSettings | undefined;
  /** How long a message may stay unread before an e-mail, and `message.unread`, tell of it, in milliseconds. */
  readonly remindAfterMs: number;
  readonly webhook: WebhookSettings | undefined;
}

export interface PushSettings {
  /** How long a message may stay unread before it is pushed, in milliseconds. */
  readonly delayMs: number;
  /** Whether a notification shows what was written; else it says only that there is something. */
  readonly showsContent: boolean;
  readonly fcm: { readonly serviceAccountFile: string; readonly url: string } | undefined;
  readonly apns: ApnsSettings | undefined;
  readonly web: WebPushSettings | undefined;
}

export interface ApnsSettings {
  /** The `.p8` file of the key. */
  readonly keyFile: string;
  readonly keyId: string;
  readonly teamId: string;
  /** The app's bundle id. */
  readonly topic: string;
  readonly url: string;
}

export interface WebPushSettings {
  /** A `mailto:` or `https:` URL where push services reach the operator (RFC 8292, section 2.1). */
  readonly subject: string;
  /** base64url; `undefined`: all nodes share those they find in the database. */
  readonly keys: { readonly publicKey: string; readonly privateKey: string } | undefined;
  /** Where subscriptions may lead: whatever a client names is requested by us. Hosts, `*.` before one for all below it, or origins. */
  readonly hosts: readonly string[];
}

export interface EmailSettings {
  /** An `smtp://` or `smtps://` URL, with what logs in. */
  readonly smtpUrl: string;
  /** `Shop <chat@shop.example>` or an address alone. */
  readonly from: string;
  /** Mails to any address there may be answers, which the operator hands to `POST /api/email-replies`. */
  readonly reply: { readonly domain: string; readonly secret: Buffer } | undefined;
}

export interface WebhookSettings {
  readonly url: string;
  /** The newest first: each event is signed with all of them. The bytes behind `whsec_`. */
  readonly secrets: readonly Buffer[];
}

/** The push services of Chrome, Edge, Firefox and Safari. */
const PUSH_SERVICES = [
  'fcm.googleapis.com',
  '*.notify.windows.com',
  '*.push.services.mozilla.com',
  '*.push.apple.com',
];
const HOSTS_RULE =
  'must be comma-separated hosts such as *.push.example, or origins such as https://push.example';
const MAX_PUSH_DELAY_SECONDS = 3_600;
const MAX_EMAIL_AFTER_MINUTES = 43_200;
const SECRET_RULE = 'must be whsec_ and 24 to 64 bytes in base64';
const CONVERSATION_URL_RULE = 'must be an http:// or https:// URL with {conversationId} in it';
const SUBJECT_RULE = 'must be a mailto: or https:// URL';

const webhookSecret = z
  .string()
  .refine(
    (text) => {
      const bytes = secretBytes(text);
      return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) && bytes.length >= 24 && bytes.length <= 64;
    },
    { error: SECRET_RULE },
  )
  .transform(secretBytes);

export const notificationVariables = {
  PUBLIC_URL: webUrl()
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  CONVERSATION_URL: z
    .string()
    .refine((text) => isUrl(text, ['http:', 'https:']) && text.includes('{conversationId}'), {
      error: CONVERSATION_URL_RULE,
    })
    .optional(),
  PUSH_DELAY_SECONDS: number(
    MAX_PUSH_DELAY_SECONDS,
    `must be seconds, 0 to ${MAX_PUSH_DELAY_SECONDS}`,
  ).default(5),
  PUSH_CONTENT: z
    .enum(['message', 'none'], { error: 'must be message or none' })
    .default('message'),
  FCM_SERVICE_ACCOUNT_FILE: z.string().optional(),
  FCM_URL: webUrl().default('https://fcm.googleapis.com'),
  APNS_KEY_FILE: z.string().optional(),
  APNS_KEY_ID: z.string().optional(),
  APNS_TEAM_ID: z.string().optional(),
  APNS_TOPIC: z.string().optional(),
  APNS_URL: webUrl().default('https://api.push.apple.com'),
  VAPID_SUBJECT: z
    .string()
    .refine((text) => isUrl(text, ['mailto:', 'https:']), { error: SUBJECT_RULE })
    .optional(),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  WEB_PUSH_HOSTS: list(
    (item) =>
      /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(item) ||
      (isUrl(item, ['http:', 'https:']) && new URL(item).origin === item),
    HOSTS_RULE,
  ).default(PUSH_SERVICES),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  EMAIL_FROM: z
    .string()
    .regex(/^([^<>\r\n]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, {
      error: 'must be an address such as chat@shop.example or Shop <chat@shop.example>',
    })
    .optional(),
  EMAIL_AFTER_MINUTES: number(
    MAX_EMAIL_AFTER_MINUTES,
    `must be minutes, 0 to ${MAX_EMAIL_AFTER_MINUTES}`,
  ).default(15),
  EMAIL_REPLY_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, { error: 'must be a domain such as reply.shop.example' })
    .optional(),
  EMAIL_REPLY_SECRET: webhookSecret.optional(),
  WEBHOOK_URL: webUrl().optional(),
  WEBHOOK_SECRET: webhookSecret.optional(),
  WEBHOOK_SECRET_PREVIOUS: webhookSecret.optional(),
};

const fields = z.object(notificationVariables);
type Fields = z.infer<typeof fields>;

/** @param development browsers are reached without anybody having said who operates this */
export function notificationsOf(vars: Fields, development: boolean): NotificationSettings {
  const { SMTP_URL: smtpUrl, EMAIL_FROM: from, WEBHOOK_URL, WEBHOOK_SECRET: secret } = vars;
  const previous = vars.WEBHOOK_SECRET_PREVIOUS;
  return {
    publicUrl: vars.PUBLIC_URL,
    conversationUrl: vars.CONVERSATION_URL,
    push: {
      delayMs: vars.PUSH_DELAY_SECONDS * 1_000,
      showsContent: vars.PUSH_CONTENT === 'message',
      fcm:
        vars.FCM_SERVICE_ACCOUNT_FILE === undefined
          ? undefined
          : { serviceAccountFile: vars.FCM_SERVICE_ACCOUNT_FILE, url: vars.FCM_URL },
      apns: apnsOf(vars),
      web: webPushOf(vars, development),
    },
    email:
      smtpUrl === undefined || from === undefined
        ? undefined
        : { smtpUrl, from, reply: replyOf(vars) },
    remindAfterMs: vars.EMAIL_AFTER_MINUTES * 60_000,
    webhook:
      WEBHOOK_URL === undefined || secret === undefined
        ? undefined
        : { url: WEBHOOK_URL, secrets: previous === undefined ? [secret] : [secret, previous] },
  };
}

function apnsOf(vars: Fields): ApnsSettings | undefined {
  const { APNS_KEY_FILE: keyFile, APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId } = vars;
  const { APNS_TOPIC: topic } = vars;
  return keyFile === undefined || keyId === undefined || teamId === undefined || topic === undefined
    ? undefined
    : { keyFile, keyId, teamId, topic, url: vars.APNS_URL };
}

function webPushOf(vars: Fields, development: boolean): WebPushSettings | undefined {
  const subject = vars.VAPID_SUBJECT ?? (development ? 'mailto:parley@localhost' : undefined);
  if (subject === undefined) return undefined;
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = vars;
  return {
    subject,
    keys:
      publicKey === undefined || privateKey === undefined ? undefined : { publicKey, privateKey },
    hosts: vars.WEB_PUSH_HOSTS,
  };
}

function replyOf(vars: Fields): EmailSettings['reply'] {
  const { EMAIL_REPLY_DOMAIN: domain, EMAIL_REPLY_SECRET: secret } = vars;
  return domain === undefined || secret === undefined ? undefined : { domain, secret };
}

function secretBytes(text: string): Buffer {
  return Buffer.from(text.slice('whsec_'.length), 'base64');
}
