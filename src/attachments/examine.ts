import path from 'node:path';
import { conflict } from '../protocol/errors.ts';
import type { AttachmentRow } from './attachment-row.ts';
import { isLie } from './claim.ts';
import { type ImageType, isImageType } from './image-job.ts';
import type { MakeImage } from './images.ts';
import { finishedKeys, uploadKey } from './keys.ts';
import { detectMediaType } from './media-type.ts';
import { type ObjectStore, StoreError } from './object-store.ts';
import type { Scan } from './scan.ts';
import { inFolder } from './work-folder.ts';

/** What a file was found to be. */
export type Finding =
  | {
      readonly kind: 'good';
      readonly contentType: string;
      /** In bytes. */
      readonly size: number;
      readonly objectKey: string;
      /** Of images. */
      readonly picture:
        | { readonly width: number; readonly height: number; readonly thumbnailKey: string }
        | undefined;
    }
  /** `reason` is for the client: it follows on "the file". `virus`: what the scanner calls it. */
  | { readonly kind: 'bad'; readonly reason: string; readonly virus?: string };

/** Copies an upload, looks at the copy, and stores what is to be kept of it. Rejects with `conflict` when there is none yet, or with a {@link StoreError}. */
export type Examine = (row: AttachmentRow) => Promise<Finding>;

export interface ExamineParts {
  readonly store: ObjectStore;
  readonly workFolder: string;
  readonly makeImage: MakeImage;
  /** `undefined`: nothing is scanned. */
  readonly scan: Scan | undefined;
}

/** The copy is the file from then on: whatever is uploaded after it changes nothing. */
export function createExamine(parts: ExamineParts): Examine {
  const { store, workFolder, scan } = parts;
  return (row) =>
    inFolder(workFolder, async (folder) => {
      const file = path.join(folder, 'upload');
      const uploaded = await store.copyTo(uploadKey(row), row.size, file);
      if (uploaded === undefined) throw conflict('the file is not uploaded yet');
      if (uploaded !== row.size)
        return bad(`has ${uploaded} bytes and was announced with ${row.size}`);
      const virus = await scan?.(file);
      if (virus !== undefined) return { ...bad('is harmful: a virus was found in it'), virus };
      const contentType = await detectMediaType(file);
      if (isLie(row.contentType, contentType))
        return bad(`was announced as ${row.contentType} and is ${contentType}`);
      if (isImageType(contentType)) return keepImage(parts, row, folder, file, contentType);
      const { object } = finishedKeys(row);
      await store.adopt(object, file);
      return { kind: 'good', contentType, size: row.size, objectKey: object, picture: undefined };
    });
}

async function keepImage(
  { store, makeImage }: ExamineParts,
  row: AttachmentRow,
  folder: string,
  input: string,
  contentType: ImageType,
): Promise<Finding> {
  const output = path.join(folder, 'image');
  const thumbnail = path.join(folder, 'thumbnail');
  const answer = await makeImage({ input, contentType, output, thumbnail });
  if (answer.kind === 'failed') throw new StoreError(answer.reason);
  if (answer.kind === 'refused') return bad(`is an image that ${answer.reason}`);
  const keys = finishedKeys(row);
  const size = await store.adopt(keys.object, output);
  await store.adopt(keys.thumbnail, thumbnail);
  const { width, height } = answer;
  const picture = { width, height, thumbnailKey: keys.thumbnail };
  return { kind: 'good', contentType, size, objectKey: keys.object, picture };
}

const bad = (reason: string) => ({ kind: 'bad', reason }) as const;
