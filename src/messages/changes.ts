import { and, eq, gt, inArray, lte } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { changes, messages } from '../db/schema.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import {
  messageDeletedFrame,
  messageEditedFrame,
  newMessageFrame,
  reactionFrame,
  readReceiptFrame,
} from './frames.ts';
import { type ToMessage, toMessageRow } from './message-row.ts';

/** A persisted change, as the frame that tells clients of it. */
export interface Change {
  readonly seq: number;
  readonly frame: Buffer;
}

/**
 * The changes `after < seq <= upTo` of a conversation, in order, at most {@link MAX_CHANGES_READ} of them. Frames show messages as
 * they are now, so what was deleted is in none of them: whoever applies them in order ends with the same.
 *
 * @param upTo one that is known to be there: the two tables are read at different moments
 */
export type ReadChanges = (
  conversationId: string,
  after: number,
  upTo: number,
) => Promise<Change[]>;

export const MAX_CHANGES_READ = 500;

export function createReadChanges({ orm }: Database, toMessage: ToMessage): ReadChanges {
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
        ),
      orm
        .select({ change: changes, message: messages })
        .from(changes)
        .leftJoin(messages, IS_SHOWN)
        .where(
          and(
            eq(changes.conversationId, conversationId),
            gt(changes.seq, after),
            lte(changes.seq, last),
          ),
        ),
    ]);
    return [
      ...sent.map((message) => toSentChange(message, toMessage)),
      ...others.map(({ change, message }) => toOtherChange(change, message, toMessage)),
    ].toSorted((a, b) => a.seq - b.seq);
  };
}

/** Joins a change with the message that its frame shows. */
export const IS_SHOWN = and(
  inArray(changes.kind, ['edit', 'delete']),
  eq(messages.conversationId, changes.conversationId),
  eq(messages.id, changes.messageId),
);

type MessageRecord = typeof messages.$inferSelect;
type ChangeRecord = typeof changes.$inferSelect;

export const toSentChange = (record: MessageRecord, toMessage: ToMessage): Change => ({
  seq: record.seq,
  frame: Buffer.from(
    newMessageFrame(record.conversationId, toMessage(record.conversationId, toMessageRow(record))),
  ),
});

export const toOtherChange = (
  change: ChangeRecord,
  shown: MessageRecord | null,
  toMessage: ToMessage,
): Change => ({
  seq: change.seq,
  frame: Buffer.from(
    shown === null
      ? frameWithout(change)
      : frameWith(change, toMessage(change.conversationId, toMessageRow(shown))),
  ),
});

function frameWith({ kind, conversationId, seq }: ChangeRecord, message: HistoryMessage): string {
  const changed = { conversationId, message, seq };
  return kind === 'delete' ? messageDeletedFrame(changed) : messageEditedFrame(changed);
}

function frameWithout(change: ChangeRecord): string {
  if (change.kind === 'read') return readReceiptFrame(change);
  const type = change.kind === 'react' ? 'reaction_added' : 'reaction_removed';
  return reactionFrame(type, { ...change, emoji: change.emoji ?? '' });
}
