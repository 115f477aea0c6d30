import { and, eq } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { type StoredAttachment, attachments } from '../db/schema.ts';
import type { AttachmentId } from './keys.ts';

export type AttachmentRow = typeof attachments.$inferSelect;

export const isAttachment = ({ conversationId, id }: AttachmentId) =>
  and(eq(attachments.conversationId, conversationId), eq(attachments.id, id));

export async function findAttachment(
  { orm }: Database,
  attachment: AttachmentId,
): Promise<AttachmentRow | undefined> {
  const [row] = await orm.select().from(attachments).where(isAttachment(attachment));
  return row;
}

/** As messages have it. */
export const toStored = (row: AttachmentRow): StoredAttachment => ({
  id: row.id,
  name: row.name,
  contentType: row.contentType,
  size: row.size,
  ...(row.width === null ? {} : { width: row.width }),
  ...(row.height === null ? {} : { height: row.height }),
  hasThumbnail: row.thumbnailKey !== null,
});
