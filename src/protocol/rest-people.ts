import { z } from 'zod';
import { MAX_DEVICE_TOKEN_LENGTH } from './limits.ts';
import { mute } from './resources.ts';
import { timestamp, uuid } from './values.ts';

const TOKEN_RULE = `must be what the device was given: 1 to ${MAX_DEVICE_TOKEN_LENGTH} characters`;
const deviceToken = z
  .string({ error: TOKEN_RULE })
  .regex(/^[\x21-\x7e]+$/, { error: TOKEN_RULE })
  .max(MAX_DEVICE_TOKEN_LENGTH, { error: TOKEN_RULE });
const PLATFORM_RULE = 'must be fcm, apns or web';
const platform = z.enum(['fcm', 'apns', 'web'], { error: PLATFORM_RULE });
const KEY_RULE = "must be of the subscription's keys, base64url";
/** An uncompressed point of P-256: 65 bytes. */
const P256DH = /^[\w-]{87}=?$/;
/** 16 bytes. */
const AUTH = /^[\w-]{22}={0,2}$/;

export const registerDeviceBody = z.discriminatedUnion(
  'platform',
  [
    z.object({ platform: z.literal('fcm'), token: deviceToken }),
    z.object({
      platform: z.literal('apns'),
      token: deviceToken.regex(/^([0-9a-f]{2}){8,100}$/i, { error: 'must be hexadecimal' }),
    }),
    z.object({
      platform: z.literal('web'),
      token: deviceToken.refine((text) => URL.canParse(text), {
        error: "must be the subscription's endpoint",
      }),
      keys: z.object(
        {
          p256dh: z.string({ error: KEY_RULE }).regex(P256DH, { error: KEY_RULE }),
          auth: z.string({ error: KEY_RULE }).regex(AUTH, { error: KEY_RULE }),
        },
        { error: 'must be the keys of the subscription' },
      ),
    }),
  ],
  { error: PLATFORM_RULE },
);

export const removeDeviceBody = z.object({ platform, token: deviceToken });

export const device = z.object({ id: uuid, platform, createdAt: timestamp });
export const registeredDevice = z.object({ device });

const UNTIL_RULE = 'must be a time such as 2030-01-01T00:00:00.000Z, or null';
/** Without a time it is for good. PostgreSQL knows no year 0. */
export const muteBody = z.object({
  until: z.iso
    .datetime({ precision: 3, error: UNTIL_RULE })
    .refine((text) => !text.startsWith('0000'), { error: UNTIL_RULE })
    .nullable()
    .default(null),
});

export const mutedConversation = z.object({ conversationId: uuid, muted: mute.nullable() });

const TIME_RULE = 'must be a time of the day such as 22:00';
const timeOfDay = z
  .string({ error: TIME_RULE })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: TIME_RULE });
const ZONE_RULE = 'must be a time zone such as Europe/Berlin';
const QUIET_RULE = 'must be null or {from, to, timeZone}';

/** No push meanwhile; over midnight when `from` is later than `to`. */
export const quietHours = z
  .object(
    {
      from: timeOfDay,
      to: timeOfDay,
      timeZone: z.string({ error: ZONE_RULE }).refine(isTimeZone, { error: ZONE_RULE }),
    },
    { error: QUIET_RULE },
  )
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must not be the same as from' })
  .nullable();

const FLAG_RULE = 'must be true or false';
const flag = z.boolean({ error: FLAG_RULE });

/** What is not there stays as it is. */
export const settingsBody = z.object({
  hidePresence: flag.optional(),
  email: flag.optional(),
  quietHours: quietHours.optional(),
});

export const settings = z.object({
  hidePresence: z.boolean().meta({ description: 'Nobody sees when the user is here.' }),
  email: z.boolean().meta({ description: 'Whether messages may be told of by e-mail.' }),
  quietHours,
  push: z.object({
    platforms: z.array(platform).meta({ description: 'Those this server can push to.' }),
    webPushKey: z
      .string()
      .nullable()
      .meta({ description: 'The `applicationServerKey` of a subscription; null without `web`.' }),
  }),
});

export type RegisterDevice = z.infer<typeof registerDeviceBody>;
export type Device = z.infer<typeof device>;
export type RegisteredDevice = z.infer<typeof registeredDevice>;
export type MutedConversation = z.infer<typeof mutedConversation>;
export type QuietHours = z.infer<typeof quietHours>;
export type SettingsChange = z.infer<typeof settingsBody>;
export type Settings = z.infer<typeof settings>;

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
