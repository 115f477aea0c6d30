import type {
  HistoryMessage,
  Attachment as WireAttachment,
  WireMessage,
} from '../../protocol/resources.ts';
import type { Attachment, StoredMessage } from '../types.ts';

/** Most messages have none: one object for all of them, for lists compare by identity. */
export const NONE: readonly never[] = [];

/**
 * @param me who looks at it
 * @param url of the server
 */
export function toStored(
  conversationId: string,
  message: WireMessage & Partial<Pick<HistoryMessage, 'readAt'>>,
  seq: number,
  me: string | undefined,
  url: string,
): StoredMessage {
  const { id, senderId, content, createdAt, clientMessageId, readAt } = message;
  const { attachments, reactions, editedAt, deletedAt } = message;
  return {
    // Another user's key is unique among that user's own alone.
    key: (senderId === me && clientMessageId) || id,
    conversationId,
    senderId,
    content,
    attachments: attachments?.map((each) => toAttachment(each, url)) ?? NONE,
    createdAt,
    status: readAt ? 'read' : 'sent',
    id,
    seq,
    clientMessageId,
    reactions: reactions?.map(({ emoji, userIds }) => ({ emoji, userIds })) ?? NONE,
    editedAt,
    deletedAt,
  };
}

export function toAttachment(attachment: WireAttachment, url: string): Attachment {
  const { width, height, thumbnailUrl } = attachment;
  return {
    ...attachment,
    width,
    height,
    url: absolute(attachment.url, url),
    thumbnailUrl: thumbnailUrl && absolute(thumbnailUrl, url),
  };
}

/** @param url of the server, which may be served under a path */
export const absolute = (path: string, url: string): string =>
  path.startsWith('/') ? url + path : path;

/** Whether all that they hold is the same, one level deep. */
export function isSame<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return Object.keys(a).length === keys.length && keys.every((key) => Object.is(a[key], b[key]));
}

/** The old object when the new one says nothing else: lists compare by identity. */
export const keep = <T extends object>(old: T | null | undefined, value: T): T =>
  old && isSame(old, value) ? old : value;

/**
 * What is to be shown of a message that was read again. What is known may be newer: deletions are for good, and times of edits never
 * go back.
 */
export function renew(old: StoredMessage | null | undefined, now: StoredMessage): StoredMessage {
  if (old?.id !== now.id) return now;
  if (old.deletedAt !== undefined) return keep(old, { ...old, status: now.status });
  const isOlder = now.deletedAt === undefined && (now.editedAt ?? '') < (old.editedAt ?? '');
  const { content, editedAt } = isOlder ? old : now;
  return keep(old, {
    ...now,
    content,
    editedAt,
    attachments: keepPlain(old.attachments, now.attachments),
    reactions: keepPlain(old.reactions, now.reactions),
  });
}

const keepPlain = <T>(old: T, value: T): T =>
  JSON.stringify(old) === JSON.stringify(value) ? old : value;
