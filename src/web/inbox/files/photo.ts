import type { Attachment } from '../../../client/types.ts';
import { httpUrl } from '../http-url.ts';

/** What is shown as a picture: the server has made a small one of it, and says how large it is. */
export interface Photo extends Attachment {
  readonly width: number;
  readonly height: number;
  readonly thumbnailUrl: string;
}

export function isPhoto(attachment: Attachment): attachment is Photo {
  const { width = 0, height = 0, thumbnailUrl, contentType } = attachment;
  return (
    width > 0 &&
    height > 0 &&
    contentType.startsWith('image/') &&
    thumbnailUrl !== undefined &&
    httpUrl(thumbnailUrl) !== undefined
  );
}
