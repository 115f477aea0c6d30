/**
 * What a stream begins with, as text; what comes behind `maxBytes` is not waited for, and the stream is given up. Whoever answers us may be anybody: an answer of
 * any length must not fill our memory.
 */
export async function readStart(
  stream: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream ?? []) {
    pieces.push(piece);
    size += piece.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(pieces, Math.min(size, maxBytes)).toString();
}
