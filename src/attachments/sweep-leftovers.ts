import { and, asc, isNotNull, isNull, sql } from 'drizzle-orm';
import { attachments } from '../db/schema.ts';
import { isAttachment } from './attachment-row.ts';
import { SLICE, type SweepParts, type SweepStep, removeObjects, sweepEach } from './sweep-step.ts';

/** Looks once at what was sent, when no upload and nobody who finishes it can be under way any more, and removes what they left beside its objects. */
export function createSweepLeftovers({ database, store }: SweepParts, minAgeMs: number): SweepStep {
  const { orm } = database;
  return async () => {
    const rows = await orm
      .select()
      .from(attachments)
      .where(
        and(
          isNull(attachments.sweptAt),
          isNotNull(attachments.messageId),
          sql`${attachments.createdAt} < clock_timestamp() - ${minAgeMs}::float8 * interval '1 ms'`,
        ),
      )
      .orderBy(asc(attachments.createdAt))
      .limit(SLICE);
    return sweepEach(rows, async (row) => {
      await removeObjects(store, row, [row.objectKey, row.thumbnailKey]);
      await orm
        .update(attachments)
        .set({ sweptAt: sql`clock_timestamp()` })
        .where(isAttachment(row));
    });
  };
}
