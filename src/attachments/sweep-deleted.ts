import { and, asc, sql } from 'drizzle-orm';
import { attachments } from '../db/schema.ts';
import { isAttachment } from './attachment-row.ts';
import { SLICE, type SweepParts, type SweepStep, removeObjects, sweepEach } from './sweep-step.ts';

const isOlder = (moment: typeof attachments.createdAt | typeof attachments.deletedAt, ms: number) =>
  sql<boolean>`${moment} < clock_timestamp() - ${ms}::float8 * interval '1 ms'`;

/**
 * Removes what was deleted so long ago that the operator has no need of it; at once what belonged to a conversation that is no more.
 *
 * @param minAgeMs since it was announced: then no upload and nobody who finishes it can be under way any more. Until then its row stays, to tell of what
 *   they may bring
 */
export function createSweepDeleted(
  { database, store }: SweepParts,
  keptMs: number,
  minAgeMs: number,
): SweepStep {
  const { orm } = database;
  const isLast = isOlder(attachments.createdAt, minAgeMs);
  return async () => {
    const rows = await orm
      .select({ conversationId: attachments.conversationId, id: attachments.id, isLast })
      .from(attachments)
      .where(
        and(
          isOlder(attachments.deletedAt, keptMs),
          sql`(${attachments.sweptAt} IS NULL OR ${isLast})`,
        ),
      )
      .orderBy(asc(attachments.deletedAt))
      .limit(SLICE);
    return sweepEach(rows, async (row) => {
      await removeObjects(store, row);
      if (row.isLast) await orm.delete(attachments).where(isAttachment(row));
      else
        await orm
          .update(attachments)
          .set({ name: '', sweptAt: sql`clock_timestamp()` })
          .where(isAttachment(row));
    });
  };
}
