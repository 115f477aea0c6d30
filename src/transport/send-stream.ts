import type { Readable } from 'node:stream';
import type { HttpResponse } from 'uWebSockets.js';

/** Tells when the client goes away before it has got its answer. */
export interface Client {
  isGone: boolean;
  onGone: () => void;
}

/**
 * Sends a body of `size` bytes behind the headers that have been written, no faster than the client takes it. One that takes
 * nothing for 10 s is cut by uWebSockets.js. Resolves when all is sent, or the client went away. Rejects when the source failed or
 * ended too early, which cuts the connection.
 *
 * @param onBytes is told of what the socket has taken
 */
export function sendStream(
  res: HttpResponse,
  source: Readable,
  size: number,
  client: Client,
  onBytes: (count: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    let waiting: { readonly chunk: Buffer; readonly from: number } | undefined;
    const over = (): void => {
      isOver = true;
      source.destroy();
      resolve();
    };
    const cut = (error: Error): void => {
      if (isOver) return;
      isOver = true;
      source.destroy();
      reject(error);
      if (!client.isGone) res.close();
    };
    /** @returns whether the socket takes more */
    const write = (chunk: Buffer, from: number): boolean => {
      const [isTaken, isWhole] = res.tryEnd(chunk, size);
      onBytes((isWhole ? size : res.getWriteOffset()) - from);
      waiting = isTaken || isWhole ? undefined : { chunk, from };
      if (isWhole) over();
      return isTaken;
    };
    client.onGone = over;
    res.onWritable((offset) => {
      if (waiting === undefined) return true;
      const isTaken = write(waiting.chunk.subarray(offset - waiting.from), offset);
      if (isTaken && !isOver) source.resume();
      return isTaken;
    });
    source.on('error', cut);
    source.on('end', () => cut(new Error('a body ended before its size')));
    source.on('data', (chunk: Buffer) => {
      if (isOver) return;
      res.cork(() => {
        if (!write(chunk, res.getWriteOffset())) source.pause();
      });
    });
  });
}
