import type { Database } from '../db/pool.ts';
import type { QuietHours, Settings, SettingsChange } from '../protocol/rest-people.ts';

/** How a user wants to be seen and reached. Without a row everything is as it is by default. */
export interface UserSettings {
  get(userId: string): Promise<OwnSettings>;
  /** @returns all of them, as they are now */
  change(userId: string, changes: SettingsChange): Promise<OwnSettings>;
}

/** Those that are the user's own, not the server's. */
export type OwnSettings = Omit<Settings, 'push'>;

type Row = [
  hidesPresence: boolean,
  emailOff: boolean,
  quietFrom: number | null,
  quietTo: number | null,
  timeZone: string | null,
];

const COLUMNS = 'hides_presence, email_off_at IS NOT NULL, quiet_from, quiet_to, time_zone';

const DEFAULTS: Row = [false, false, null, null, null];

export const createUserSettings = ({ pool }: Database): UserSettings => ({
  async get(userId) {
    const { rows } = await pool.query<Row>({
      name: 'settings',
      text: `SELECT ${COLUMNS} FROM users WHERE id = $1`,
      rowMode: 'array',
      values: [userId],
    });
    return toSettings(rows[0] ?? DEFAULTS);
  },
  async change(userId, { hidePresence, email, quietHours }) {
    const { rows } = await pool.query<Row>({
      name: 'change_settings',
      text: CHANGE,
      rowMode: 'array',
      values: [
        userId,
        hidePresence,
        email,
        quietHours !== undefined,
        quietHours && toMinutes(quietHours.from),
        quietHours && toMinutes(quietHours.to),
        quietHours?.timeZone,
      ],
    });
    return toSettings(rows[0] ?? DEFAULTS);
  },
});

/** NULL: stays as it is. The quiet hours go together, and may become none. */
const CHANGE = `
INSERT INTO users AS u (id, hides_presence, email_off_at, quiet_from, quiet_to, time_zone)
VALUES ($1, coalesce($2::boolean, false), CASE WHEN NOT $3::boolean THEN clock_timestamp() END, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET
  hides_presence = coalesce($2, u.hides_presence),
  email_off_at = CASE WHEN $3 THEN NULL WHEN NOT $3 THEN coalesce(u.email_off_at, clock_timestamp())
    ELSE u.email_off_at END,
  quiet_from = CASE WHEN $4::boolean THEN $5::smallint ELSE u.quiet_from END,
  quiet_to = CASE WHEN $4 THEN $6::smallint ELSE u.quiet_to END,
  time_zone = CASE WHEN $4 THEN $7 ELSE u.time_zone END
RETURNING ${COLUMNS}`;

const toSettings = ([hidePresence, emailOff, from, to, timeZone]: Row): OwnSettings => ({
  hidePresence,
  email: !emailOff,
  quietHours: toQuietHours(from, to, timeZone),
});

const toQuietHours = (
  from: number | null,
  to: number | null,
  timeZone: string | null,
): QuietHours =>
  from === null || to === null || timeZone === null
    ? null
    : { from: toTimeOfDay(from), to: toTimeOfDay(to), timeZone };

/** @param time `22:00` */
const toMinutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const twoDigits = (n: number): string => String(n).padStart(2, '0');
const toTimeOfDay = (minutes: number): string =>
  `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
