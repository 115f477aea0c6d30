import type { Attachment } from '../../../client/types.ts';
import { isPhoto, type Photo } from './photo.ts';

// attachment-styles.ts has them too; in pixels.
const GAP = 4;
const FILE_ROW = 56;
/** Of one photo, and of all together. */
const WIDEST = 280;
const HIGHEST = 320;
/** So that panoramas and towers can be hit. */
const SHORTEST = 64;

export interface Sorted {
  readonly photos: readonly Photo[];
  readonly others: readonly Attachment[];
}

export const sortFiles = (attachments: readonly Attachment[]): Sorted => ({
  photos: attachments.filter(isPhoto),
  others: attachments.filter((one) => !isPhoto(one)),
});

/** How large one photo is shown where there is room, in pixels. What is beyond is cut off. */
export function photoSize({ width, height }: Pick<Photo, 'width' | 'height'>): {
  width: number;
  height: number;
} {
  const scale = Math.min(WIDEST / width, HIGHEST / height, 1);
  return {
    width: Math.max(Math.round(width * scale), SHORTEST),
    height: Math.max(Math.round(height * scale), SHORTEST),
  };
}

/** Of several. */
export const columnsOf = (photos: number): 2 | 3 => (photos === 2 || photos === 4 ? 2 : 3);

/** What the files of a message are high, each with its gap; in pixels. @param room that is there for their width */
export function filesHeight(attachments: readonly Attachment[], room: number): number {
  const { photos, others } = sortFiles(attachments);
  return photosHeight(photos, room) + others.length * (FILE_ROW + GAP);
}

function photosHeight(photos: readonly Photo[], room: number): number {
  const [first] = photos;
  if (first === undefined) return 0;
  if (photos.length === 1) {
    const { width, height } = photoSize(first);
    return Math.min(1, room / width) * height + GAP;
  }
  const columns = columnsOf(photos.length);
  const cell = (Math.min(WIDEST, room) - (columns - 1) * GAP) / columns;
  return Math.ceil(photos.length / columns) * (cell + GAP);
}
