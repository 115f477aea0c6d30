import type { Database } from '../db/pool.ts';
import { wireTypes } from '../db/wire-types.ts';
import { notAuthorized } from '../protocol/errors.ts';
import type { Conversation } from '../protocol/resources.ts';
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  CONVERSATION_JOINS,
  type Showing,
  toConversation,
} from './conversation-row.ts';

/** Rejects with `not_authorized` when the user is no party, or there is no such conversation. */
export type GetConversation = (id: string, userId: string) => Promise<Conversation>;

export function createGetConversation({ pool }: Database, showing: Showing): GetConversation {
  return async (id, userId) => {
    const { rows } = await pool.query<ConversationRow>({
      name: 'conversation',
      text: GET,
      rowMode: 'array',
      types: wireTypes,
      values: [userId, id],
    });
    if (rows[0] === undefined) throw notAuthorized();
    return toConversation(rows[0], userId, showing);
  };
}

const GET = `
SELECT ${CONVERSATION_COLUMNS}
FROM conversations c ${CONVERSATION_JOINS}
WHERE c.id = $2 AND $1 IN (c.buyer_id, c.seller_id)`;
