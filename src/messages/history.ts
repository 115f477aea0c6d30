import { type SQL, and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { messages } from '../db/schema.ts';
import { invalidMessage } from '../protocol/errors.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import type { HistoryQuery, MessagePage, Position } from '../protocol/rest.ts';

export type ReadHistory = (conversationId: string, query: HistoryQuery) => Promise<MessagePage>;

/**
 * One page, newest first: the newest of all, the newest before `before`, or those that follow right after `after`. The
 * caller has checked that the reader is a party. Rejects with `invalid_message` for the id of a message that is not here.
 */
export function createReadHistory({ orm }: Database): ReadHistory {
  const seqOf = async (
    conversationId: string,
    field: string,
    position: Position,
  ): Promise<number> => {
    if (typeof position === 'number') return position;
    const [row] = await orm
      .select({ seq: messages.seq })
      .from(messages)
      .where(and(eq(messages.conversationId, conversationId), eq(messages.id, position)));
    if (row === undefined) {
      throw invalidMessage(`${field} must be a seq or the id of a message of this conversation`);
    }
    return row.seq;
  };

  return async (conversationId, { before, after, limit }) => {
    const conditions: SQL[] = [eq(messages.conversationId, conversationId)];
    if (before !== undefined)
      conditions.push(lt(messages.seq, await seqOf(conversationId, 'before', before)));
    if (after !== undefined)
      conditions.push(gt(messages.seq, await seqOf(conversationId, 'after', after)));
    const forwards = after !== undefined && before === undefined;
    const rows = await orm
      .select()
      .from(messages)
      .where(and(...conditions))
      .orderBy(forwards ? asc(messages.seq) : desc(messages.seq))
      // One more than asked for says whether there is a next page.
      .limit(limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    if (forwards) page.reverse();
    return {
      messages: page.map(toHistoryMessage),
      nextCursor: last === undefined ? null : String(last.seq),
    };
  };
}

export const toHistoryMessage = (row: typeof messages.$inferSelect): HistoryMessage => ({
  id: row.id,
  senderId: row.senderId,
  content: row.content,
  readAt: row.readAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  seq: row.seq,
  ...(row.clientMessageId === null ? {} : { clientMessageId: row.clientMessageId }),
});

/** The newest message of the conversation in the outer query, for `leftJoinLateral`. */
export const newestMessage = ({ orm }: Database, conversationId: SQL | { getSQL(): SQL }) =>
  orm
    .select()
    .from(messages)
    .where(sql`${messages.conversationId} = ${conversationId}`)
    .orderBy(desc(messages.seq))
    .limit(1)
    .as('newest_message');
