/** What the process for pictures is asked and answers. */
export interface ImageJob {
  /** A file that is a picture of one of {@link IMAGE_TYPES} by its magic number. */
  readonly input: string;
  readonly contentType: ImageType;
  /** Files that are made. */
  readonly output: string;
  readonly thumbnail: string;
}

export type ImageAnswer =
  /** Pixels, as it is seen. */
  | { readonly kind: 'made'; readonly width: number; readonly height: number }
  /** There is no picture in it, or too much of one. `reason` is for the client: it follows on "the image". */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may be good. `reason` is for the operator. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Pictures that are made anew. All others are files like any: they keep what they say of where they were taken, and are never shown. */
export const IMAGE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
] as const;

export type ImageType = (typeof IMAGE_TYPES)[number];

export const isImageType = (type: string): type is ImageType =>
  (IMAGE_TYPES as readonly string[]).includes(type);

const MAX_PIXELS = 50_000_000;
/** The coders of these hold all of a picture in many forms: 25 megapixels of AVIF take 1 GB for a moment. */
const MAX_PIXELS_OF_VIDEO_CODERS = 25_000_000;

/** Of all its frames together. */
export const maxPixels = (type: ImageType): number =>
  type === 'image/webp' || type === 'image/avif' ? MAX_PIXELS_OF_VIDEO_CODERS : MAX_PIXELS;

/** A thumbnail fits into a square of this side. */
export const THUMBNAIL_PX = 640;
/** How long one picture may take, in milliseconds: the largest on a busy machine, which lets chat go first. */
export const IMAGE_MS = 60_000;
