import type { Database } from '../db/pool.ts';
import { wireTypes } from '../db/wire-types.ts';
import type { ToMessage } from '../messages/message-row.ts';
import { notAuthorized } from '../protocol/errors.ts';
import type { Conversation } from '../protocol/resources.ts';
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  NEWEST_MESSAGE,
  toConversation,
} from './conversation-row.ts';

/** Rejects with `not_authorized` when the user is no party, or there is no such conversation. */
export type GetConversation = (id: string, userId: string) => Promise<Conversation>;

export function createGetConversation({ pool }: Database, toMessage: ToMessage): GetConversation {
  return async (id, userId) => {
    const { rows } = await pool.query<ConversationRow>({
      name: 'conversation',
      text: GET,
      rowMode: 'array',
      types: wireTypes,
      values: [userId, id],
    });
    if (rows[0] === undefined) throw notAuthorized();
    return toConversation(rows[0], toMessage);
  };
}

const GET = `
SELECT ${CONVERSATION_COLUMNS}
FROM conversations c ${NEWEST_MESSAGE}
WHERE c.id = $2 AND $1 IN (c.buyer_id, c.seller_id)`;
