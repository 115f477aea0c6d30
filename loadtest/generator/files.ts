import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import sharp from 'sharp';

/** A file to upload, whose bytes are made while they are sent. */
export interface GeneratedFile {
  readonly name: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  read(): Readable;
}

const MB = 1_000_000;
const SMALLEST_MB = 1;
const LARGEST_MB = 25;
/** Has no factor in common with the number of sizes: in 25 files each comes once. */
const STEP = 7;
/** Of so many files one is a photograph. */
const PHOTO_EVERY = 10;
const NOISE = randomBytes(256 * 1024);
/** What a phone's camera gives: 12 megapixels. */
const PHOTO_PX = { width: 4_032, height: 3_024 };

/** Files of 1 to 25 MB, 13 in the mean, and a photograph in each tenth place, until there are so many bytes. The same in every run but for what is in them. */
export async function generateFiles(totalBytes: number): Promise<GeneratedFile[]> {
  const photo = await takePhoto();
  const files: GeneratedFile[] = [];
  for (let left = totalBytes, n = 0; left > 0; n += 1) {
    const file = n % PHOTO_EVERY === PHOTO_EVERY - 1 ? photo : noise(n);
    files.push(file);
    left -= file.size;
  }
  return files;
}

function noise(n: number): GeneratedFile {
  const size = (SMALLEST_MB + ((n * STEP) % (LARGEST_MB - SMALLEST_MB + 1))) * MB;
  return {
    name: `file-${n}.bin`,
    contentType: 'application/octet-stream',
    size,
    read: () => Readable.from(chunks(size), { objectMode: false }),
  };
}

function* chunks(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= NOISE.length) yield NOISE.subarray(0, left);
}

/** With EXIF that says where it was taken, and as large as a real one, since its pixels are not all alike. */
async function takePhoto(): Promise<GeneratedFile> {
  const { width, height } = PHOTO_PX;
  const bytes = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 12 },
    },
  })
    .withExif({
      IFD0: { Make: 'Parley' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'W' },
    })
    .jpeg({ quality: 88 })
    .toBuffer();
  return {
    name: 'photo.jpg',
    contentType: 'image/jpeg',
    size: bytes.length,
    read: () => Readable.from([bytes]),
  };
}
