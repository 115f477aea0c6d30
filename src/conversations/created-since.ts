import type { Database } from '../db/pool.ts';
import { wireTypes } from '../db/wire-types.ts';
import type { Conversation } from '../protocol/resources.ts';
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  CONVERSATION_JOINS,
  type Showing,
  toConversation,
} from './conversation-row.ts';

/** A user's conversations that were created since then, oldest first, as the user sees them. */
export type ReadCreatedSince = (
  userId: string,
  since: Date,
  limit: number,
) => Promise<Conversation[]>;

export function createReadCreatedSince({ pool }: Database, showing: Showing): ReadCreatedSince {
  return async (userId, since, limit) => {
    const { rows } = await pool.query<ConversationRow>({
      name: 'created_since',
      text: CREATED_SINCE,
      rowMode: 'array',
      types: wireTypes,
      values: [userId, since, limit],
    });
    return rows.map((row) => toConversation(row, userId, showing));
  };
}

/** Materialized: read by its party, of which there are few, never by its time, in which everybody's are. */
const CREATED_SINCE = `
WITH mine AS MATERIALIZED (
  SELECT * FROM conversations WHERE (buyer_id = $1 OR seller_id = $1) AND created_at >= $2
), c AS (
  SELECT * FROM mine ORDER BY created_at LIMIT $3
)
SELECT ${CONVERSATION_COLUMNS} FROM c ${CONVERSATION_JOINS} ORDER BY c.created_at`;
