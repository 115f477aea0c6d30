import { writeFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import {
  IMAGE_MS,
  type ImageAnswer,
  type ImageJob,
  type ImageType,
  maxPixels,
  THUMBNAIL_PX,
} from './image-job.ts';

/**
 * Runs in a process of its own: makes pictures anew, one at a time, so that nothing stays in them but the picture. `images.ts`
 * has the other side.
 */

// Chat goes first when memory is short. Where that may not be said pictures are made all the same.
try {
  if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {}

// What is kept for a next time is never asked for again; and the other cores are for chat.
sharp.cache(false);
sharp.concurrency(1);
// Decoders of formats nobody may send are as good as none.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
  ],
});

/** Before the process is ended for it: in seconds. */
const TIMEOUT = { seconds: Math.floor(IMAGE_MS / 1_000) - 5 };

const open = (file: string, type: ImageType, animated: boolean): Sharp =>
  sharp(file, { limitInputPixels: maxPixels(type), failOn: 'error', animated }).timeout(TIMEOUT);

/** Good enough that nobody sees a difference; AVIF as fast as its encoder gets, which is slow. */
const ENCODERS: Readonly<Record<ImageType, (image: Sharp) => Sharp>> = {
  'image/jpeg': (image) => image.jpeg({ quality: 85, optimiseCoding: false }),
  'image/png': (image) => image.png({ compressionLevel: 6 }),
  'image/gif': (image) => image.gif({ effort: 3 }),
  'image/webp': (image) => image.webp({ quality: 85 }),
  'image/avif': (image) => image.avif({ quality: 60, effort: 1 }),
};

async function make({ input, contentType, output, thumbnail }: ImageJob): Promise<ImageAnswer> {
  const moves = contentType === 'image/gif' || contentType === 'image/webp';
  // Of the metadata only the colour profile is kept: EXIF, with the place it was taken at, XMP and IPTC go.
  const image = open(input, contentType, moves).autoOrient().keepIccProfile();
  const { width, height, pageHeight } = await ENCODERS[contentType](image).toFile(output);
  await open(output, contentType, false)
    .resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toFile(thumbnail);
  return { kind: 'made', width, height: pageHeight ?? height };
}

function toAnswer(error: unknown, type: ImageType): ImageAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left|disk quota|read-only file|unable to open for write/i.test(message))
    return { kind: 'failed', reason: 'the disk of unfinished files takes no more' };
  if (/exceeds pixel limit|pixel limit/i.test(message))
    return {
      kind: 'refused',
      reason: `must have at most ${maxPixels(type)} pixels, all frames together`,
    };
  if (/timeout/i.test(message)) return { kind: 'refused', reason: 'takes too long to decode' };
  return { kind: 'refused', reason: 'can not be decoded: it is damaged, or cut off' };
}

process.on('message', (job: ImageJob) => {
  void make(job)
    .catch((error: unknown) => toAnswer(error, job.contentType))
    .then((answer) => process.send?.(answer));
});
// Whoever asks is no more. An exit would wait for the picture that is being made, with its memory.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
