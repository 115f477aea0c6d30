import type { StoredAttachment, StoredReaction, messages } from '../db/schema.ts';
import type { Attachment, HistoryMessage, Reaction } from '../protocol/resources.ts';

/** What {@link ToMessage} takes of a message `m`; times as text, by `wireTypes`. */
export const MESSAGE_COLUMNS =
  'm.id, m.sender_id, m.content, m.read_at, m.created_at, m.seq, m.client_message_id, m.edited_at, m.deleted_at, m.reactions, m.attachments';

export type MessageRow = [
  id: string,
  senderId: string,
  content: string,
  readAt: string | null,
  createdAt: string,
  seq: number,
  clientMessageId: string | null,
  editedAt: string | null,
  deletedAt: string | null,
  reactions: readonly StoredReaction[] | null,
  attachments: readonly StoredAttachment[] | null,
];

/** The columns of an outer join that found no message. */
export type NoMessageRow = Nulls<MessageRow>;
type Nulls<T> = { [K in keyof T]: null };

/** Where a file can be had for some minutes. */
export type AttachmentUrls = (conversationId: string, attachment: StoredAttachment) => Attachment;

/** A message as it is shown. */
export type ToMessage = (conversationId: string, row: MessageRow) => HistoryMessage;

export const createToMessage =
  (urls: AttachmentUrls): ToMessage =>
  (conversationId, row) => {
    const [id, senderId, content, readAt, createdAt, seq, clientMessageId, ...later] = row;
    const [editedAt, deletedAt, reactions, attachments] = later;
    const message: HistoryMessage = { id, senderId, content, readAt, createdAt, seq };
    // Most have none of these.
    if (clientMessageId !== null) message.clientMessageId = clientMessageId;
    if (attachments !== null)
      message.attachments = attachments.map((each) => urls(conversationId, each));
    if (reactions !== null) message.reactions = aggregate(reactions);
    if (editedAt !== null) message.editedAt = editedAt;
    if (deletedAt !== null) message.deletedAt = deletedAt;
    return message;
  };

function aggregate(reactions: readonly StoredReaction[]): Reaction[] {
  const byEmoji = new Map<string, string[]>();
  for (const { emoji, userId } of reactions) {
    const userIds = byEmoji.get(emoji);
    if (userIds === undefined) byEmoji.set(emoji, [userId]);
    else userIds.push(userId);
  }
  return [...byEmoji].map(([emoji, userIds]) => ({ emoji, count: userIds.length, userIds }));
}

export const toMessageRow = (row: typeof messages.$inferSelect): MessageRow => [
  row.id,
  row.senderId,
  row.content,
  row.readAt?.toISOString() ?? null,
  row.createdAt.toISOString(),
  row.seq,
  row.clientMessageId,
  row.editedAt?.toISOString() ?? null,
  row.deletedAt?.toISOString() ?? null,
  row.reactions,
  row.attachments,
];
