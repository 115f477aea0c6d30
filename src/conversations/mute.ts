import type { Database } from '../db/pool.ts';
import { wireTypes } from '../db/wire-types.ts';
import { notAuthorized } from '../protocol/errors.ts';
import type { Mute } from '../protocol/resources.ts';

/**
 * Whether a party is told of what is new in a conversation while away. What it is shown while here stays the same. Both reject with
 * `not_authorized` when the user is no party.
 */
export interface MuteConversation {
  /** @param until `null`: for good */
  mute(id: string, userId: string, until: string | null): Promise<Mute>;
  unmute(id: string, userId: string): Promise<void>;
}

export function createMuteConversation({ pool }: Database): MuteConversation {
  const set = async (
    id: string,
    userId: string,
    until: string | null,
  ): Promise<[until: string | null] | undefined> => {
    const { rows } = await pool.query<[until: string | null]>({
      name: 'mute',
      text: MUTE,
      rowMode: 'array',
      types: wireTypes,
      values: [id, userId, until],
    });
    return rows[0];
  };
  return {
    async mute(id, userId, until) {
      const row = await set(id, userId, until ?? 'infinity');
      if (row === undefined) throw notAuthorized();
      return { until: row[0] };
    },
    async unmute(id, userId) {
      if ((await set(id, userId, null)) === undefined) throw notAuthorized();
    },
  };
}

const MUTE = `
INSERT INTO notices (conversation_id, user_id, muted_until)
SELECT id, $2, $3::timestamptz FROM conversations WHERE id = $1 AND $2::uuid IN (buyer_id, seller_id)
ON CONFLICT (conversation_id, user_id) DO UPDATE SET muted_until = excluded.muted_until
RETURNING nullif(muted_until, 'infinity')`;
