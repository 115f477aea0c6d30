import type { Readable } from 'node:stream';
import type { Database } from '../db/pool.ts';
import { ProtocolError, conflict, invalidMessage } from '../protocol/errors.ts';
import { AttachmentTooLarge } from './announce.ts';
import { type AttachmentRow, findAttachment } from './attachment-row.ts';
import type { Guard } from './guard.ts';
import { uploadKey } from './keys.ts';
import { AttachmentGone } from './gone.ts';
import { type ObjectStore, WrongSize } from './object-store.ts';
import type { Urls } from './urls.ts';

/**
 * Takes the bytes of an upload that this node was given the URL of, with backpressure: `source` is read only as fast as they are
 * stored. Resolves when they are on the disk. When it rejects, nothing of them is left; the source is destroyed then, and what
 * more the client sends is the caller's to drop.
 *
 * `not_authorized` when the signature is not ours; {@link AttachmentGone}; {@link AttachmentTooLarge} when `declaredLength` (of
 * `Content-Length`, in bytes) is more than was announced; `invalid_message` when the URL has expired, when it is less, or the
 * number of bytes that come is another; `conflict` when the file was finished or refused before, or meanwhile, and when another
 * upload of it begins here, which takes its place. When the source fails, with its error.
 */
export type Receive = (
  conversationId: string,
  attachmentId: string,
  expires: string,
  signature: string,
  source: Readable,
  declaredLength: number | undefined,
) => Promise<void>;

export interface ReceiveParts {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly urls: Urls;
  readonly guard: Guard;
}

export function createReceive({ database, store, urls, guard }: ReceiveParts): Receive {
  /** By their keys. */
  const running = new Map<string, Readable>();
  /** A URL is good for one file on the disk, not for as many as somebody opens connections. The newest has the client behind it: others are broken off. */
  const alone = async <T>(key: string, source: Readable, work: () => Promise<T>): Promise<T> => {
    running.get(key)?.destroy(conflict('another upload of the file has begun'));
    running.set(key, source);
    try {
      return await work();
    } finally {
      if (running.get(key) === source) running.delete(key);
    }
  };

  const take = async (
    conversationId: string,
    id: string,
    source: Readable,
    declaredLength: number | undefined,
  ): Promise<void> => {
    const attachment = { conversationId, id };
    const row = await findAttachment(database, attachment);
    checkOpen(row);
    if (declaredLength !== undefined && declaredLength > row.size)
      throw new AttachmentTooLarge(exactSize(row.size));
    if (declaredLength !== undefined && declaredLength < row.size) throw wrongSize(row.size);
    const key = uploadKey(attachment);
    try {
      await alone(key, source, () => guard(store.write(key, source, row.size)));
    } catch (error) {
      throw error instanceof WrongSize ? wrongSize(row.size) : error;
    }
    try {
      // It may have taken longer than the sweeper waits: then nobody else knows of these bytes any more.
      checkOpen(await findAttachment(database, attachment));
    } catch (error) {
      if (error instanceof ProtocolError) await guard(store.remove([key]));
      throw error;
    }
  };

  return async (conversationId, attachmentId, expires, signature, source, declaredLength) => {
    try {
      urls.check({ conversationId, attachmentId, use: 'upload' }, expires, signature);
      await take(conversationId, attachmentId, source, declaredLength);
    } catch (error) {
      source.destroy();
      throw error;
    }
  };
}

function checkOpen(row: AttachmentRow | undefined): asserts row is AttachmentRow {
  if (row === undefined || row.deletedAt !== null) throw new AttachmentGone();
  if (row.state !== 'announced')
    throw conflict('the file was finished before: announce another for other bytes');
}

const wrongSize = (size: number) => invalidMessage(exactSize(size));

const exactSize = (size: number): string =>
  `the upload must have exactly the ${size} bytes that were announced`;
