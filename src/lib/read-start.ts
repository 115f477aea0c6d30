import type { Readable } from 'node:stream';

/**
 * What a stream begins with, as text; what comes behind `maxBytes` is not waited for, and the stream is given up. Whoever answers us may be anybody: an answer of
 * any length must not fill our memory.
 *
 * By events: iterating a stream takes more CPU, which is felt where each push is an answer.
 */
export function readStart(stream: Readable, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const finish = (): void => resolve(Buffer.concat(pieces, Math.min(size, maxBytes)).toString());
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size < maxBytes) return;
      finish();
      stream.destroy();
    });
    stream.on('end', finish);
    stream.on('error', reject);
    stream.on('close', () => {
      if (!stream.readableEnded) reject(new Error('the stream was closed before its end'));
    });
  });
}
