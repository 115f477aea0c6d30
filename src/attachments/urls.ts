import type { StoredAttachment } from '../db/schema.ts';
import type { Signer } from '../lib/signer.ts';
import { invalidMessage, notAuthorized } from '../protocol/errors.ts';
import type { Attachment } from '../protocol/resources.ts';

export type Variant = 'original' | 'thumbnail';

/** An attachment as it is shown: its URLs are signed, and the same for a quarter of an hour. */
export type AttachmentUrls = (conversationId: string, attachment: StoredAttachment) => Attachment;

export interface Urls {
  readonly show: AttachmentUrls;
  /** Where this node takes the bytes of an attachment. */
  upload(conversationId: string, attachmentId: string, expiresAt: Date): string;
  /**
   * Checks what came with a URL.
   *
   * @throws ProtocolError `not_authorized` when we did not sign it; `invalid_message` when it has expired
   */
  check(what: Signed, expires: string, signature: string): void;
}

/** `upload` allows a PUT, the others a GET. */
export interface Signed {
  readonly conversationId: string;
  readonly attachmentId: string;
  readonly use: Variant | 'upload';
}

/** URLs are good for 15 to 30 minutes, and a browser knows again what it has: in a quarter of an hour all are the same. */
const STEP_S = 15 * 60;

const text = ({ conversationId, attachmentId, use }: Signed, expires: string): string =>
  `${use}\n${conversationId}\n${attachmentId}\n${expires}`;

/** @param now gives milliseconds since 1970 */
export function createUrls(signer: Signer, now: () => number = Date.now): Urls {
  const signed = (what: Signed, expires: number): string => {
    const signature = signer.sign(text(what, String(expires)));
    const variant = what.use === 'upload' ? '' : `/${what.use}`;
    return `/api/attachments/${what.conversationId}/${what.attachmentId}${variant}?expires=${expires}&signature=${signature}`;
  };

  const download = (conversationId: string, attachmentId: string, use: Variant): string =>
    signed(
      { conversationId, attachmentId, use },
      (Math.floor(now() / 1_000 / STEP_S) + 2) * STEP_S,
    );

  return {
    show: (conversationId, { id, name, contentType, size, width, height, hasThumbnail }) => ({
      id,
      name,
      contentType,
      size,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      url: download(conversationId, id, 'original'),
      ...(hasThumbnail ? { thumbnailUrl: download(conversationId, id, 'thumbnail') } : {}),
    }),

    upload: (conversationId, attachmentId, expiresAt) =>
      signed(
        { conversationId, attachmentId, use: 'upload' },
        Math.floor(expiresAt.getTime() / 1_000),
      ),

    check(what, expires, signature) {
      if (!signer.isSigned(text(what, expires), signature)) throw notAuthorized();
      // Ours, so it is a number.
      if (Number(expires) * 1_000 <= now())
        throw invalidMessage(
          what.use === 'upload'
            ? 'this URL has expired: announce the file again'
            : 'this URL has expired: GET /api/conversations/:id/attachments/:attachmentId gives a fresh one',
        );
    },
  };
}
