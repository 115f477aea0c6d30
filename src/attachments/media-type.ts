import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type';

export const TEXT = 'text/plain';
export const UNKNOWN = 'application/octet-stream';

/** As much as tells what a file is: however large it is, no more is looked at. In bytes. */
const HEAD_BYTES = 64 * 1024;
/** Text with a mark at its beginning: not to be told from other text. */
const TEXTUAL = new Set(['application/xml', 'text/calendar', 'text/vcard', 'text/vtt']);

/**
 * The type of a file by its bytes: by its magic numbers, else {@link TEXT} (valid UTF-8 without U+0000), else {@link UNKNOWN}. HTML, SVG and all scripts
 * are text.
 */
export async function detectMediaType(file: string): Promise<string> {
  const found = await fileTypeFromBuffer(await readHead(file));
  // Without parameters, such as a codec's.
  const [type = UNKNOWN] = found?.mime.split(';') ?? [];
  // It is a PNG, and shown as one.
  if (type === 'image/apng') return 'image/png';
  if (type !== UNKNOWN && !TEXTUAL.has(type)) return type;
  return (await isText(file)) ? TEXT : type;
}

async function readHead(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function isText(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stream = createReadStream(file);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (chunk.includes(0)) return false;
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    stream.destroy();
  }
}
