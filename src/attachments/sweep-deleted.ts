import { asc, sql } from 'drizzle-orm';
import { attachments } from '../db/schema.ts';
import { isAttachment } from './attachment-row.ts';
import { SLICE, type SweepParts, type SweepStep, removeObjects, sweepEach } from './sweep-step.ts';

/** Removes what was deleted so long ago that the operator has no need of it; at once what belonged to a conversation that is no more. */
export function createSweepDeleted({ database, store }: SweepParts, keptMs: number): SweepStep {
  const { orm } = database;
  return async () => {
    const rows = await orm
      .select({ conversationId: attachments.conversationId, id: attachments.id })
      .from(attachments)
      .where(
        sql`${attachments.deletedAt} < clock_timestamp() - ${keptMs}::float8 * interval '1 ms'`,
      )
      .orderBy(asc(attachments.deletedAt))
      .limit(SLICE);
    return sweepEach(rows, async (row) => {
      await removeObjects(store, row);
      await orm.delete(attachments).where(isAttachment(row));
    });
  };
}
