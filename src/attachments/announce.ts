import { randomUUID } from 'node:crypto';
import type { Database } from '../db/pool.ts';
import { ProtocolError, notAuthorized, rateLimited } from '../protocol/errors.ts';
import type { CreatedAttachment } from '../protocol/rest.ts';
import type { Guard } from './guard.ts';
import { uploadKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import type { Urls } from './urls.ts';

/** As the body of `createAttachmentBody` has it. */
export interface Announcement {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly contentType: string;
}

/**
 * Makes a place for a file. Rejects with `not_authorized` when the user is no party, or there is no such conversation, with
 * {@link AttachmentTooLarge}, and with `rate_limited` when the user has announced too many.
 */
export type Announce = (
  conversationId: string,
  userId: string,
  file: Announcement,
) => Promise<CreatedAttachment>;

/** How long an upload may begin, in milliseconds. */
const UPLOAD_MS = 60 * 60 * 1_000;

export interface AnnounceParts {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly urls: Urls;
  readonly guard: Guard;
  /** Of one file, in bytes. */
  readonly maxBytes: number;
  /** Counts a file of this user: 0, or how long to wait, in milliseconds. */
  readonly admit: (userId: string) => Promise<number>;
}

export function createAnnounce({
  database,
  store,
  urls,
  guard,
  maxBytes,
  admit,
}: AnnounceParts): Announce {
  return async (conversationId, userId, { name, size, contentType: claimed }) => {
    if (size > maxBytes) throw new AttachmentTooLarge(`size must be at most ${maxBytes} bytes`);
    const wait = await admit(userId);
    if (wait > 0) throw rateLimited('files', wait);
    const attachment = { conversationId, id: randomUUID() };
    const contentType = claimed.toLowerCase();
    const { rowCount } = await database.pool.query({
      name: 'announce',
      text: ANNOUNCE,
      values: [conversationId, attachment.id, userId, name, contentType, size],
    });
    if (rowCount === 0) throw notAuthorized();
    const expiresAt = new Date(Math.ceil((Date.now() + UPLOAD_MS) / 1_000) * 1_000);
    const target = (await guard(
      store.uploadTarget(uploadKey(attachment), size, contentType, expiresAt),
    )) ?? {
      url: urls.upload(conversationId, attachment.id, expiresAt),
      headers: { 'Content-Type': contentType },
    };
    return {
      attachment: { id: attachment.id, name, contentType, size },
      upload: { method: 'PUT', ...target, expiresAt: expiresAt.toISOString() },
    };
  };
}

const ANNOUNCE = `
INSERT INTO attachments (conversation_id, id, uploader_id, name, content_type, size, created_at)
SELECT id, $2, $3, $4, $5, $6, date_trunc('milliseconds', clock_timestamp())
FROM conversations WHERE id = $1 AND $3 IN (buyer_id, seller_id)`;

/** Answered with 413 and `attachment_too_large`. */
export class AttachmentTooLarge extends ProtocolError {
  constructor(message: string) {
    super('message_too_large', message);
  }
}
