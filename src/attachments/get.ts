import { and, eq, or } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { attachments, conversations } from '../db/schema.ts';
import { conflict, invalidMessage, notAuthorized } from '../protocol/errors.ts';
import type { Attachment } from '../protocol/resources.ts';
import { toStored } from './attachment-row.ts';
import type { AttachmentUrls } from './urls.ts';

/**
 * An attachment with fresh URLs: for both parties once it is sent, before that for the uploader. Rejects with `not_authorized` when
 * the user is no party; with `invalid_message` when there is no such attachment, or no more; with `conflict` when it is not
 * ready.
 */
export type GetAttachment = (
  conversationId: string,
  userId: string,
  attachmentId: string,
) => Promise<Attachment>;

export function createGetAttachment({ orm }: Database, show: AttachmentUrls): GetAttachment {
  return async (conversationId, userId, attachmentId) => {
    const [found] = await orm
      .select({ attachment: attachments })
      .from(conversations)
      .leftJoin(
        attachments,
        and(eq(attachments.conversationId, conversations.id), eq(attachments.id, attachmentId)),
      )
      .where(
        and(
          eq(conversations.id, conversationId),
          or(eq(conversations.buyerId, userId), eq(conversations.sellerId, userId)),
        ),
      );
    if (found === undefined) throw notAuthorized();
    const row = found.attachment;
    const isShown = row?.messageId !== null || row.uploaderId === userId;
    if (row === null || row.deletedAt !== null || !isShown)
      throw invalidMessage('attachmentId must be an attachment of this conversation, not deleted');
    if (row.state === 'refused') throw conflict('the file was refused');
    if (row.state === 'announced')
      throw conflict('the file is not finished: upload it, then POST to its …/complete');
    return show(conversationId, toStored(row));
  };
}
