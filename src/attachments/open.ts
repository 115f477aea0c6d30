import type { Readable } from 'node:stream';
import type { Database } from '../db/pool.ts';
import { findAttachment } from './attachment-row.ts';
import { contentDisposition, isInline } from './disposition.ts';
import { AttachmentGone } from './gone.ts';
import type { Guard } from './guard.ts';
import { type ObjectStore, StoreError } from './object-store.ts';
import type { Urls, Variant } from './urls.ts';

/** What a download is answered with. */
export type Opened =
  /** With 302, which nobody may keep: it is good for a minute. */
  | { readonly kind: 'redirect'; readonly url: string }
  | {
      readonly kind: 'stream';
      /** Read it to its end, or destroy it when the client goes away. */
      readonly stream: Readable;
      /** In bytes. */
      readonly size: number;
      readonly contentType: string;
      /** The value of `Content-Disposition` (RFC 6266), in ASCII. */
      readonly disposition: string;
    };

/**
 * What the URL of an attachment leads to. Rejects with `not_authorized` when we did not sign it; with {@link AttachmentGone} when
 * its message was deleted; with `invalid_message` when it has expired.
 */
export type OpenAttachment = (
  conversationId: string,
  attachmentId: string,
  variant: Variant,
  expires: string,
  signature: string,
) => Promise<Opened>;

/** What thumbnails are, whatever they were made of. */
const THUMBNAIL_TYPE = 'image/webp';

export interface OpenParts {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly urls: Urls;
  readonly guard: Guard;
}

export function createOpenAttachment({ database, store, urls, guard }: OpenParts): OpenAttachment {
  return async (conversationId, attachmentId, use, expires, signature) => {
    urls.check({ conversationId, attachmentId, use }, expires, signature);
    const row = await findAttachment(database, { conversationId, id: attachmentId });
    // Deleted: at once, however long its URLs would be good.
    if (row === undefined || row.state !== 'ready' || row.deletedAt !== null)
      throw new AttachmentGone();
    const key = use === 'original' ? row.objectKey : row.thumbnailKey;
    if (key === null) throw new AttachmentGone();
    const contentType = use === 'original' ? row.contentType : THUMBNAIL_TYPE;
    const presentation = { name: row.name, contentType, isInline: isInline(contentType) };
    const url = await guard(store.downloadUrl(key, presentation));
    if (url !== undefined) return { kind: 'redirect', url };
    return {
      kind: 'stream',
      ...(await guard(readObject(store, key))),
      contentType,
      disposition: contentDisposition(presentation),
    };
  };
}

async function readObject(store: ObjectStore, key: string) {
  const found = await store.read(key);
  if (found === undefined) throw new StoreError('an object of an attachment is not there');
  return found;
}
