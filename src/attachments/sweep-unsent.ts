import { and, eq, isNull } from 'drizzle-orm';
import { attachments } from '../db/schema.ts';
import { isAttachment } from './attachment-row.ts';
import type { AttachmentId } from './keys.ts';
import { SLICE, type SweepParts, type SweepStep, removeObjects, sweepEach } from './sweep-step.ts';

/** What was not sent for so long is removed, in milliseconds. */
export const UNSENT_MS = 24 * 60 * 60 * 1_000;

/** Removes what was announced, and perhaps uploaded, and never sent: objects first, so that whatever happens their row tells of them. */
export function createSweepUnsent({ database, store }: SweepParts, maxAgeMs: number): SweepStep {
  return async () => {
    const { rows } = await database.pool.query<AttachmentId>({
      name: 'sweep_unsent',
      text: TAKE_UNSENT,
      values: [maxAgeMs, SLICE],
    });
    return sweepEach(rows, async (attachment) => {
      await removeObjects(store, attachment);
      await database.orm
        .delete(attachments)
        .where(
          and(
            isAttachment(attachment),
            isNull(attachments.messageId),
            eq(attachments.state, 'refused'),
          ),
        );
    });
  };
}

/** From then on nobody can send it, nor finish it. No lock is held while the store is asked, which may take its time. */
const TAKE_UNSENT = `
UPDATE attachments SET state = 'refused'
WHERE (conversation_id, id) IN (
  SELECT conversation_id, id FROM attachments
  WHERE swept_at IS NULL AND message_id IS NULL AND created_at < clock_timestamp() - $1::float8 * interval '1 ms'
  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING conversation_id AS "conversationId", id`;
