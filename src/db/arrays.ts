import { UUID_LENGTH, uuidText, writeUuid } from '../lib/uuid.ts';

/**
 * Arrays in PostgreSQL's binary format, which pg passes on as they are: 12 bytes of header (dimensions, whether there are
 * NULLs, the elements' type), 8 of the dimension (length, lower bound), then each element behind its length
 * (`array_recv` in PostgreSQL's source). Text costs several times as much on both sides (docs/performance.md).
 */
const HEADER_BYTES = 20;
const DIMENSION_BYTES = 8;
const UUID_BYTES = 16;

/** Oids of the elements' types (`pg_type.dat` in PostgreSQL's source). */
const UUID = 2950;
const TEXT = 25;

/** @param ids UUIDs in their 8-4-4-4-12 form; one that is not spoils those behind it */
export function uuidArray(ids: readonly string[]): Buffer {
  const text = uuidText(ids);
  return uuidArrayOf(ids.length, (bytes, at, i) => writeUuid(bytes, at, text, i * UUID_LENGTH));
}

/** @param write writes the 16 bytes of the UUID with this index, and returns where the next byte goes */
export function uuidArrayOf(
  length: number,
  write: (bytes: Buffer, at: number, i: number) => number,
): Buffer {
  if (length === 0) return emptyArray(UUID);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length * (4 + UUID_BYTES));
  let at = writeHeader(bytes, UUID, length, false);
  for (let i = 0; i < length; i += 1) at = write(bytes, bytes.writeInt32BE(UUID_BYTES, at), i);
  return bytes;
}

/** @param texts without U+0000; `undefined` becomes NULL */
export function textArray(texts: readonly (string | undefined)[]): Buffer {
  if (texts.length === 0) return emptyArray(TEXT);
  let size = HEADER_BYTES;
  let hasNull = false;
  for (const text of texts) {
    size += 4 + (text === undefined ? 0 : Buffer.byteLength(text));
    hasNull ||= text === undefined;
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = writeHeader(bytes, TEXT, texts.length, hasNull);
  for (const text of texts) {
    const length = text === undefined ? NULL : bytes.write(text, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return bytes;
}

/** The length that stands for NULL. */
const NULL = -1;

/** It has no dimensions, so nothing follows its header. */
function emptyArray(type: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES - DIMENSION_BYTES);
  bytes.writeInt32BE(type, 8);
  return bytes;
}

function writeHeader(bytes: Buffer, type: number, length: number, hasNull: boolean): number {
  let at = bytes.writeInt32BE(1, 0);
  at = bytes.writeInt32BE(Number(hasNull), at);
  at = bytes.writeInt32BE(type, at);
  at = bytes.writeInt32BE(length, at);
  return bytes.writeInt32BE(1, at);
}
