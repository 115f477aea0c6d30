import type { Pool } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import type { PushDevice, PushPlatform } from './provider.ts';
import type { QuietHours } from './quiet-hours.ts';

/** Somebody to tell something, and where. */
export interface Recipient {
  readonly locale: string | null;
  readonly quietHours: QuietHours | undefined;
  readonly devices: readonly PushDevice[];
}

/** @returns those of the users that have devices of these platforms */
export async function readRecipients(
  pool: Pool,
  userIds: readonly string[],
  platforms: readonly PushPlatform[],
): Promise<ReadonlyMap<string, Recipient>> {
  const { rows } = await pool.query<Row>({
    name: 'push_recipients',
    text: RECIPIENTS,
    values: [uuidArray(userIds), platforms],
  });
  return new Map(rows.map((row) => [row.userId, toRecipient(row)]));
}

interface Row {
  readonly userId: string;
  readonly locale: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly timeZone: string | null;
  readonly devices: readonly (Omit<PushDevice, 'keys'> & {
    readonly keys: PushDevice['keys'] | null;
  })[];
}

function toRecipient({ locale, from, to, timeZone, devices }: Row): Recipient {
  return {
    locale,
    quietHours:
      from === null || to === null || timeZone === null ? undefined : { from, to, timeZone },
    devices: devices.map((device) => ({ ...device, keys: device.keys ?? undefined })),
  };
}

/**
 * `LATERAL … OFFSET 0` can only be planned as one look into the index of users for each: a plan that was made while there were no devices
 * read all of a platform's for each user.
 */
const RECIPIENTS = `
SELECT i.user_id AS "userId", u.locale, u.quiet_from AS "from", u.quiet_to AS "to", u.time_zone AS "timeZone", d.devices
FROM (SELECT DISTINCT user_id FROM unnest($1::uuid[]) AS i(user_id)) i
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object('id', id, 'platform', platform, 'token', token, 'keys', keys))
    FILTER (WHERE platform = ANY ($2::text[])) AS devices
  FROM (SELECT * FROM devices WHERE user_id = i.user_id OFFSET 0) own
) d
LEFT JOIN LATERAL (SELECT * FROM users WHERE id = i.user_id LIMIT 1) u ON true
WHERE d.devices IS NOT NULL`;
