import { and, asc, eq, gt, lte } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { changes, messages } from '../db/schema.ts';
import { newMessageFrame, readReceiptFrame } from './frames.ts';
import { toHistoryMessage } from './history.ts';

/** A persisted change, as the frame that tells clients of it. */
export interface Change {
  readonly seq: number;
  readonly frame: Buffer;
}

/**
 * The changes `after < seq <= upTo` of a conversation, in order, at most {@link MAX_CHANGES_READ} of them.
 *
 * @param upTo one that is known to be there: the two tables are read at different moments
 */
export type ReadChanges = (
  conversationId: string,
  after: number,
  upTo: number,
) => Promise<Change[]>;

export const MAX_CHANGES_READ = 500;

export function createReadChanges({ orm }: Database): ReadChanges {
  return async (conversationId, after, upTo) => {
    const last = Math.min(upTo, after + MAX_CHANGES_READ);
    const [sent, others] = await Promise.all([
      orm
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.conversationId, conversationId),
            gt(messages.seq, after),
            lte(messages.seq, last),
          ),
        )
        .orderBy(asc(messages.seq)),
      orm
        .select()
        .from(changes)
        .where(
          and(
            eq(changes.conversationId, conversationId),
            gt(changes.seq, after),
            lte(changes.seq, last),
          ),
        )
        .orderBy(asc(changes.seq)),
    ]);
    return [...sent, ...others].map(toChange).toSorted((a, b) => a.seq - b.seq);
  };
}

type Row = typeof messages.$inferSelect | typeof changes.$inferSelect;

export const toChange = (row: Row): Change => ({
  seq: row.seq,
  frame: Buffer.from(
    'content' in row
      ? newMessageFrame(row.conversationId, toHistoryMessage(row))
      : readReceiptFrame(row),
  ),
});
