import { randomUUID } from 'node:crypto';
import type { Database } from '../db/pool.ts';
import { wireTypes } from '../db/wire-types.ts';
import { conflict, invalidMessage } from '../protocol/errors.ts';
import { MAX_DEVICES } from '../protocol/limits.ts';
import type { Device, RegisterDevice } from '../protocol/rest-people.ts';
import type { PushPlatform } from './provider.ts';

export interface Devices {
  /**
   * From now on the device is this user's, whoever's it was. A user's 21st takes the place of the one that was registered longest ago. Rejects with
   * `conflict` when this server cannot push there, `invalid_message` for an endpoint that is no push service's.
   */
  register(userId: string, device: RegisterDevice): Promise<{ device: Device; created: boolean }>;
  /** Does nothing when it is not this user's. */
  remove(userId: string, platform: PushPlatform, token: string): Promise<void>;
}

/**
 * @param platforms those this server can push to
 * @param isPushService whether a subscription may lead there: what a client names is requested by us
 */
export const createDevices = (
  { pool }: Database,
  platforms: readonly PushPlatform[],
  isPushService: (endpoint: string) => boolean,
): Devices => ({
  async register(userId, device) {
    const { platform } = device;
    const token = canonical(platform, device.token);
    if (!platforms.includes(platform)) throw conflict(`push over ${platform} is not set up here`);
    const keys = platform === 'web' ? JSON.stringify(device.keys) : null;
    if (platform === 'web' && !isPushService(token))
      throw invalidMessage('token must be the endpoint of a push service that is known here');
    const { rows } = await pool.query<[id: string, createdAt: string, created: boolean]>({
      name: 'register_device',
      text: REGISTER,
      rowMode: 'array',
      types: wireTypes,
      values: [randomUUID(), userId, platform, token, keys, MAX_DEVICES - 1],
    });
    const [row] = rows;
    if (row === undefined) throw new Error('a device vanished');
    const [id, createdAt, created] = row;
    return { device: { id, platform, createdAt }, created };
  },
  async remove(userId, platform, token) {
    await pool.query({
      name: 'remove_device',
      text: 'DELETE FROM devices WHERE platform = $2 AND token = $3 AND user_id = $1',
      values: [userId, platform, canonical(platform, token)],
    });
  },
});

/** Hexadecimal may come in either case: one token must not become two devices, of two users perhaps. */
const canonical = (platform: PushPlatform, token: string): string =>
  platform === 'apns' ? token.toLowerCase() : token;

/**
 * Of another user it becomes a device of its own: what was to be told the other one, and has not been, is not told here. Those too many are
 * compared and not joined: a plan made for an almost empty table could join all devices.
 */
const REGISTER = `
WITH before AS (
  SELECT user_id FROM devices WHERE platform = $3 AND token = $4
), registered AS (
  INSERT INTO devices AS d (id, user_id, platform, token, keys, created_at, registered_at)
  VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())
  ON CONFLICT (platform, token) DO UPDATE SET
    id = CASE WHEN d.user_id = excluded.user_id THEN d.id ELSE excluded.id END,
    created_at = CASE WHEN d.user_id = excluded.user_id THEN d.created_at ELSE excluded.created_at END,
    user_id = excluded.user_id, keys = excluded.keys, registered_at = excluded.registered_at
  RETURNING id, created_at
), crowded AS (
  DELETE FROM devices WHERE user_id = $2 AND (platform, token) <> ($3, $4) AND registered_at <= (
    SELECT registered_at FROM devices
    WHERE user_id = $2 AND (platform, token) <> ($3, $4) ORDER BY registered_at DESC OFFSET $6 LIMIT 1)
)
SELECT id, created_at, NOT EXISTS (SELECT FROM before WHERE user_id = $2) FROM registered`;
